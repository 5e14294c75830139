Request request = new Request.Builder()
    .url(url)
    .addHeader("Scp-Accesskey", key)
    .addHeader("Scp-Signature", signature)
    .addHeader("Scp-Api-Version", "virtualserver 1.2")
    .build();
