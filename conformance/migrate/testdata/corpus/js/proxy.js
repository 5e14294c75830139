const allowed = ["scp-accesskey", "scp-signature"];
delete headers["scp-api-version"];
const copy = { key: headers["scp-accesskey"], mark: headers["scp-signature"] };
