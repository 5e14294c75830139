headers = {
    "Scp-Api-Version": "virtualserver 1.2",
    "Scp-Api-Version-Hint": "virtualserver 1.1",
    "X-Api-Version": "virtualserver 1.1",
    "User-Agent": "virtualserver 1.1",
    "x-requested-by": "virtualserver 1.1",
}
assert sent["User-Agent"] == "virtualserver 1.1"
