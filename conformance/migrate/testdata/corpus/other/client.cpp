headers = curl_slist_append(headers, "Scp-Api-Version: virtualserver 1.1");
cpr::Header h{{"Scp-Api-Version", "virtualserver 1.2"}, {"Scp-Signature", mark}};
