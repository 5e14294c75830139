let headers = Header.of_list [ "Scp-Accesskey", key; "Scp-Signature", sig ]
