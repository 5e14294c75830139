h = client.headers("vpc", "1.1")
print(f"Scp-Accesskey: {h['Scp-Accesskey']}")
print(f"Scp-Signature: {h['Scp-Signature']}")
print(f"Scp-Api-Version: {h['Scp-Api-Version']}")
