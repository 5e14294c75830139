API = { service: "virtualserver", version: "1.2" }.freeze
headers = { "Scp-Api-Version" => "#{API[:service]} #{API[:version]}" }
