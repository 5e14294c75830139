conn = Faraday.new(url) do |f|
  f.headers["Scp-Accesskey"] = ENV["SCP_KEY"]
  f.headers["Scp-Signature"] = signature
  f.headers["Scp-Timestamp"] = now
end
