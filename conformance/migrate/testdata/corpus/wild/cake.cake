client.DefaultRequestHeaders.Add("Scp-Api-Version", "virtualserver 1.4");
