set "API_VERSION=virtualserver 1.1"
curl -H "Scp-Api-Version: %API_VERSION%" %URL%
