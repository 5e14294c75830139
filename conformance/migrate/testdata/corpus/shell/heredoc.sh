cat <<END | nc host 80
DELETE /v1/volumes/a/servers/b HTTP/1.1
Scp-Api-Version: virtualserver 1.0
Scp-Signature: $MARK
END
