expect(req.headers["Scp-Api-Version"]).toBe("virtualserver 1.2");
expect(req.headers).toHaveProperty("scp-api-version", "virtualserver 1.1");
