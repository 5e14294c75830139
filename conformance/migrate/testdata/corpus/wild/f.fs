request.Headers.Add("Scp-Api-Version", sprintf "virtualserver %s" version)
let version = "1.2"
