SERVICE = "vpc"
VERSION = "1.1"
h = {"Scp-Api-Version": f"{SERVICE} {VERSION}", "Scp-Accesskey": k, "Scp-Signature": s}
