[ -n "$API_VERSION" ] || { echo "Scp-Api-Version is missing: set API_VERSION" >&2; exit 2; }
echo "created VM virtualserver 1.1 in vpc 1.1"
