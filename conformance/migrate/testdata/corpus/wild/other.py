API_VERSIONS = [("vpc", "1.0"), ("virtualserver-image", "1.3"), ("loadbalancer", "1.1")]
sdk = "virtualserver 1.1.0"
ver = "virtualserver 10.20.30.40"
