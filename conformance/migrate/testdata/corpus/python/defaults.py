class Settings:
    key_header = option("KEY_HEADER", "Scp-Accesskey")
    signature_header = option(
        "SIGNATURE_HEADER",
        "Scp-Signature",
    )
