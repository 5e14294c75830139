version = '1.0'
h = dict()
h["Scp-Api-Version"] = "virtualserver {}".format(version)
h["X-Other"] = "1.5"
