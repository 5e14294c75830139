basicRequest.headers(Map("Scp-Api-Version" -> "virtualserver 1.2", "Scp-Signature" -> signature))
