let res = client
    .get(url)
    .header("scp-api-version", "virtualserver 1.1")
    .header("scp-signature", signature)
    .send()?;
