param([string]$ApiVersion = "virtualserver 1.1")
$request.Headers.Add("Scp-Api-Version", $ApiVersion)
$request.Headers.Add("Scp-Signature", $signature)
