try headers.append("Scp-Api-Version", "virtualserver 1.0");
