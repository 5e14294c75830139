pm.request.headers.add({ key: "Scp-Accesskey", value: accessKey });
pm.request.headers.add({ key: "Scp-Signature", value: signature });
