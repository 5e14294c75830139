$headers = @{
    'Scp-Accesskey'   = $AccessKey
    'Scp-Signature'   = $signature
    'Scp-Api-Version' = 'virtualserver 1.2'
}
Invoke-RestMethod -Uri $Url -Headers $headers
