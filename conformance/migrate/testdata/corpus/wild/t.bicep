param headers object = {
  'Scp-Api-Version': 'virtualserver 1.1'
}
