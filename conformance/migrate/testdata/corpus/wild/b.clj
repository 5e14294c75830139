(http/get url {:headers {"Scp-Api-Version" "virtualserver 1.1" "Scp-Signature" sig}})
