VER=1.0
curl -H "Scp-Api-Version: virtualserver $VER" "$URL"
