$ApiName = 'virtualserver'
$Version = '1.1'
$headers = @{ 'Scp-Signature' = $sig; 'Scp-Api-Version' = "$ApiName $Version" }
