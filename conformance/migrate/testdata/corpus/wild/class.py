class VirtualServer(Service):
    service_name = "virtualserver"
    api_version = "1.1"
