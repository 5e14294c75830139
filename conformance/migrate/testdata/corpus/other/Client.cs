request.Headers.TryAddWithoutValidation("Scp-Accesskey", key);
request.Headers.TryAddWithoutValidation("Scp-Signature", mark);
