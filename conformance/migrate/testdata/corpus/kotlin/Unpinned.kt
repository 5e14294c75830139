val headers = mapOf(
    "Scp-Accesskey" to key,
    "Scp-Signature" to signature,
)
