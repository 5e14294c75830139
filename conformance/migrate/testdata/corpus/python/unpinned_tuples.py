def headers(key, mark):
    return [
        ("Scp-Accesskey", key),
        ("Scp-Signature", mark),
    ]
