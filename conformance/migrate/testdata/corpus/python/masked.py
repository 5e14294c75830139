MASKED = ["Scp-Signature", "Scp-Accesskey"]
key = request.headers.get("Scp-Accesskey", "")
mark = request.headers.get("Scp-Signature", "")
print("Scp-Api-Version: virtualserver %s" % version)
