const string Version = "1.2";
client.DefaultRequestHeaders.Add("Scp-Api-Version", $"virtualserver {Version}");
