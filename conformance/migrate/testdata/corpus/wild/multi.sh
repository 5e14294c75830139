curl "$URL" \
  --header "Scp-Accesskey: $AK" \
  --header "Scp-Signature: $SIG" \
  --header "Scp-Api-Version: virtualserver 1.0"
