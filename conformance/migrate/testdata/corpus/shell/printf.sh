printf 'Scp-Api-Version: %s %s\r\n' virtualserver 1.0 >> request
