MARK=$(printf %s "$METHOD$URL$NOW$AK" | openssl dgst -sha256 -hmac "$SK" -binary | base64)
curl -X "$METHOD" -H "Scp-Accesskey: $AK" -H "Scp-Signature: $MARK" -H "Scp-Timestamp: $NOW" "$URL"
# -H "Scp-Api-Version: virtualserver 1.3"
