BAD = [{"Scp-Api-Version": "virtualserver 0.9"}, {"Scp-Api-Version": "virtualserver latest"}]
BAD.append({"Scp-Api-Version": "virtualserver 1.3.1"})
