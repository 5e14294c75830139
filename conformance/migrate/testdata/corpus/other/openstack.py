HEADERS = {"OpenStack-API-Version": "compute 2.79", "X-SCP-API-Version": "virtualserver 1.0"}
response.headers["X-SCP-Signature"] = mark
LOADBALANCER = create("virtualserver", "127.0.0.1")
