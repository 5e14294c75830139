param([string]$ApiVersion = "virtualserver 1.0")
Invoke-RestMethod -Uri $u -Headers @{ 'Scp-Api-Version' = $ApiVersion }
