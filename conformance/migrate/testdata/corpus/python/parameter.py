class Base:
    def _headers(self, api_name, version, mark):
        return {
            "Scp-Accesskey": self.key,
            "Scp-Signature": mark,
            "Scp-Api-Version": f"{api_name} {version}",
        }
