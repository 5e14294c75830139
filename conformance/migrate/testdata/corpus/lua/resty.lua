-- Scp-Api-Version: virtualserver 1.0
local res = httpc:request_uri(url, {
  headers = {
    ["Scp-Api-Version"] = "virtualserver 1.2",
    ["Scp-Signature"] = signature,
  },
})
