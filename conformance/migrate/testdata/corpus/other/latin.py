# café
H = {"Scp-Api-Version": "virtualserver 1.1"}
