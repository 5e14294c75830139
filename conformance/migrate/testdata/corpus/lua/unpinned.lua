headers["Scp-Accesskey"] = key
headers["Scp-Signature"] = sign(key, secret)
