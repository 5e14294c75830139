API_VERSION_HEADER = "Scp-Api-Version"


def version_header(svc, pins):
    version = pins().get(svc)
    if not version:
        return {}
    return {API_VERSION_HEADER: f"{svc} {version}"}
