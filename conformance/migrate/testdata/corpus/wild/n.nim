client.headers = newHttpHeaders({"Scp-Accesskey": key, "Scp-Signature": sig})
