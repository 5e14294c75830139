var request = new HttpRequestMessage(HttpMethod.Get, url);
request.Headers.Add("Scp-Api-Version", "virtualserver 1.1");
request.Headers.TryAddWithoutValidation("Scp-Signature", signature);
