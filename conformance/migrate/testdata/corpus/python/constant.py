API_VERSION = "virtualserver 1.1"


def sign(key, mark):
    return {"Scp-Accesskey": key, "Scp-Signature": mark, "Scp-Api-Version": API_VERSION}
