<# Scp-Api-Version is left out: the newest answers. #>
$headers = @{
    'Scp-Accesskey'  = $AccessKey
    'Scp-Signature'  = $signature
    'Scp-ClientType' = 'Openapi'
}
