curl -H Scp-Api-Version:\ virtualserver\ 1.1 "$URL"
wget --header="Scp-Api-Version: virtualserver 1.2" "$URL"
