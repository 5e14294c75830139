self.assertEqual("virtualserver 1.1", sent.headers["Scp-Api-Version"])
self.assertEqual(sent.headers["Scp-Api-Version"], "virtualserver 1.2")
