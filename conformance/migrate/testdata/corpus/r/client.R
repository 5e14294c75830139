GET(url, add_headers(`Scp-Api-Version` = "virtualserver 1.1", `Scp-Signature` = signature))
