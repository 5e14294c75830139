HttpHeaders headers = new HttpHeaders();
headers.set("Scp-Accesskey", key);
headers.set("Scp-Signature", signature);
headers.set("Scp-Timestamp", timestamp);
