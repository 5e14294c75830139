import os

HEADERS = {
    "Scp-Api-Version": os.getenv("VS_VERSION", "virtualserver 1.2"),
}
