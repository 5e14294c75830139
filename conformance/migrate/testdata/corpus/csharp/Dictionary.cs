var headers = new Dictionary<string, string>
{
    ["Scp-Accesskey"] = key,
    ["Scp-Signature"] = signature,
};
