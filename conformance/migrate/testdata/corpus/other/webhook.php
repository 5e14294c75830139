<?php
$response = Http::withHeaders([
    'SCP-Signature' => $signature,
    'SCP-Event-Id' => $event->id,
])->post($url);
