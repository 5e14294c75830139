const params = { headers: { 'Scp-Accesskey': __ENV.AK, 'Scp-Signature': sign() } };
http.get(url, params);
