h1 = {"Scp-Api-Version": "virtualserver " + "1.1"}
h2 = {"Scp-Api-Version": "virtualserver %s" % "1.2"}
h3 = {"Scp-Api-Version": " ".join(["virtualserver", "1.0"])}
h4 = {"Scp-Api-Version": "vpc " + "1.1"}
