API_VERSION = 1.1
session.headers.update({"Scp-Api-Version": f"virtualserver {API_VERSION}"})
