VERSION = ENV.fetch("SCP_API_VERSION", "virtualserver 1.0")
headers = { "Scp-Api-Version" => VERSION }
