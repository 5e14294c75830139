final headers = {
  'Scp-Accesskey': key,
  'Scp-Signature': signature,
};
