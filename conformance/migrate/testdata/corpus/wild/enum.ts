export enum ApiVersion { VirtualServer = "virtualserver 1.2", Vpc = "vpc 1.0" }
headers["Scp-Api-Version"] = ApiVersion.VirtualServer;
