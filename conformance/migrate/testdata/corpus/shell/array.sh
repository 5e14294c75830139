HEADERS=(
  -H "Scp-Accesskey: $AK"
  -H "Scp-Signature: $(sign)"
)
curl "${HEADERS[@]}" "$URL"
