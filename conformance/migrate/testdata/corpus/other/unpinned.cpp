cpr::Header h{{"Scp-Accesskey", key}, {"Scp-Signature", mark}};
