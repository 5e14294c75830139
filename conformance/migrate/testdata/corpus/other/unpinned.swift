request.setValue(key, forHTTPHeaderField: "Scp-Accesskey")
request.setValue(signature, forHTTPHeaderField: "Scp-Signature")
