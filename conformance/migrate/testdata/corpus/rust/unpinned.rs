headers.insert("scp-accesskey", key.parse()?);
headers.insert("scp-signature", signature.parse()?);
