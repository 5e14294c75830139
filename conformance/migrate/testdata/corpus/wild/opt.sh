curl -H 'Scp-Accesskey: '"$AK" -H 'Scp-Signature: '"$SIG" "$URL"
