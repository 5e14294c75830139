SERVICE = "virtualserver"
h = {"Scp-Api-Version": f"{SERVICE} 1.1"}
