curl -H "Scp-Api-Version: $SCP_VERSION" -H "Scp-Accesskey: $AK" -H "Scp-Signature: $MARK" "$URL"
