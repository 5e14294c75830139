http.header("Scp-Accesskey", key).header("Scp-Signature", sig)
