my $req = HTTP::Request->new(GET => $url);
$req->header('Scp-Api-Version' => 'virtualserver 1.1');
$req->header('Scp-Signature' => $signature);
