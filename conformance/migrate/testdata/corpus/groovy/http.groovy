httpRequest url: url, customHeaders: [
  [name: 'Scp-Accesskey', value: key],
  [name: 'Scp-Signature', value: signature],
]
