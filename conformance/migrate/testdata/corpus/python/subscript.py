req.headers['scp-api-version'] = 'virtualserver 1.0'
req.add_header("Scp-API-Version", "virtualserver 1.4")
assert sent.headers["Scp-Api-Version"] == "virtualserver 1.2"
