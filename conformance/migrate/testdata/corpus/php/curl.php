<?php
curl_setopt($ch, CURLOPT_HTTPHEADER, [
    'Scp-Accesskey: ' . $key,
    'Scp-Signature: ' . $signature,
    'Scp-Api-Version: virtualserver 1.0',
]);
