httpRequest url: url, customHeaders: [
  [name: 'Scp-Signature', value: signature],
  [name: 'Scp-Api-Version', value: 'virtualserver 1.3'],
]
