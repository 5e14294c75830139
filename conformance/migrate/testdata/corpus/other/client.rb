request['Scp-Api-Version'] = 'virtualserver 1.2'
headers = { 'Scp-Api-Version' => 'virtualserver 1.0' }
