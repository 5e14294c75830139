request.setValue("virtualserver 1.1", forHTTPHeaderField: "Scp-Api-Version")
request.setValue(signature, forHTTPHeaderField: "Scp-Signature")
