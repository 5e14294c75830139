http DELETE "$URL" Scp-Accesskey:$AK Scp-Signature:$MARK 'Scp-Api-Version:virtualserver 1.1'
