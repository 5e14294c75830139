app.use((req, res, next) => {
  if (!req.headers["scp-signature"] || !req.headers["scp-accesskey"]) return res.sendStatus(401);
  next();
});
