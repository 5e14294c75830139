printf 'Scp-Api-Version: virtualserver %s\r\n' "$(cat version)" >> request
