class Settings:
    access_header = env("ACCESS_HEADER", "Scp-Accesskey")
    signature_header = env("SIGNATURE_HEADER", "Scp-Signature")
    all_headers = ["Scp-Accesskey", "Scp-Signature", "Scp-Timestamp", "Scp-Api-Version"]
