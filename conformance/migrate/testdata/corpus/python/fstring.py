MINOR = "1.2"


class Client:
    def headers(self):
        return {"Scp-Api-Version": f"virtualserver {MINOR}"}
