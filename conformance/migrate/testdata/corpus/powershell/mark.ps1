$h = @{ "Scp-Api-Version" = "virtualserver 1.2" }
