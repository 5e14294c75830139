<?php
curl_setopt($c, CURLOPT_HTTPHEADER, [
    'Scp-Signature: ' . $mark,
    'Scp-Api-Version: virtualserver 1.1',
]);
