$Version = "1.2"
$headers = @{ "Scp-Api-Version" = "virtualserver $Version"; "Scp-Signature" = $sig }
