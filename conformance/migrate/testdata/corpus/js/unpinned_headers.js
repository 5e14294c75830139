const headers = new Headers([["Scp-Accesskey", key], ["Scp-Signature", mark]]);
