HEADER = "Scp-Api-Version"


def call(method, path, pin):
    return send(method, path, headers={HEADER: pin})


call("DELETE", "/v1/volumes/a/servers/b", "virtualserver 1.0")
create_machine("virtualserver 1.1")
log.info("Scp-Api-Version: virtualserver 1.2 is sent")
raise ValueError("unsupported Scp-Api-Version: virtualserver 0.9")
