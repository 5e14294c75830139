def headers(key, mark, version):
    return {
        "Scp-Accesskey": key,
        "Scp-Signature": mark,
        "Scp-Api-Version": f"firewall {version}",
    }
