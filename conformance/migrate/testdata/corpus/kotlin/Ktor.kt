client.get(url) {
    header("Scp-Api-Version", "virtualserver 1.0")
    header("Scp-Signature", signature)
}
