SERVICES = {
    "vpc": {"version": "1.0"},
    "virtualserver": {"version": "1.2", "endpoint": "https://virtualserver.kr-west1.e.samsungsdscloud.com"},
}
