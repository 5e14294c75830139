Invoke-Scp -Method DELETE -ApiVersion 'virtualserver 1.2' -Name 'virtualserver 1.1'
