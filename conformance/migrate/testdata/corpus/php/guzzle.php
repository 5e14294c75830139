<?php
$response = $client->get($url, ['headers' => [
    'Scp-Accesskey' => $key,
    'Scp-Signature' => $signature,
]]);
