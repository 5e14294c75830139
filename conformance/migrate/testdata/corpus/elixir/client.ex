Req.get!(url, headers: [{"scp-api-version", "virtualserver 1.1"}, {"scp-signature", signature}])
