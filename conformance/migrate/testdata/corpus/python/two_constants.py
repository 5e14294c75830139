SERVICE = "virtualserver"
VERSION = "1.1"
HEADERS = {"Scp-Api-Version": f"{SERVICE} {VERSION}"}
