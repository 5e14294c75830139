#!/bin/sh
curl -sS -X DELETE "$URL" \
  -H "Scp-Accesskey: $AK" \
  -H "Scp-Signature: $MARK" \
  -H "Scp-Api-Version: virtualserver 1.1"
