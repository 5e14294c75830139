require "net/http"
req = Net::HTTP::Get.new(uri)
req["Scp-Api-Version"] = "virtualserver 1.1"
req["Scp-Accesskey"] = key
req["Scp-Signature"] = sign(req)
