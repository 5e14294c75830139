VERSIONS = {"vpc": "vpc 1.1", "virtualserver": "virtualserver 1.0"}
headers["Scp-Api-Version"] = VERSIONS[service]
