HttpRequest.newBuilder(uri)
    .header("Scp-Accesskey", key)
    .header("Scp-Signature", sign(message))
    .build();
