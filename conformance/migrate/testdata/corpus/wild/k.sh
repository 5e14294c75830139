VER=1.1
curl -sS -H "Scp-Api-Version: virtualserver ${VER}" -H "Scp-Signature: $SIG" "$URL"
