app.use((req, res, next) => {
  const key = req.header("Scp-Accesskey");
  const mark = req.get("Scp-Signature") || "";
  if (!verify(key, mark)) return res.status(401).end();
  if (!req.headers["scp-api-version"]) return res.status(400).send("Scp-Api-Version: header required");
  next();
});
app.options("*", cors({ allowedHeaders: ["Scp-Accesskey", "Scp-Signature", "Scp-Api-Version"] }));
