<?php
$version = '1.1';
$headers[] = sprintf('Scp-Api-Version: virtualserver %s', $version);
