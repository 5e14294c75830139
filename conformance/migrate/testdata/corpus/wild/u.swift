request.setValue(key, forHTTPHeaderField: "Scp-Accesskey")
request.setValue(mark, forHTTPHeaderField: "Scp-Signature")
request.setValue("virtualserver \(version)", forHTTPHeaderField: "Scp-Api-Version")
let version = "1.1"
