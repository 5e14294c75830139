$ua->default_header('Scp-Accesskey' => $key);
$ua->default_header('Scp-Signature' => $signature);
