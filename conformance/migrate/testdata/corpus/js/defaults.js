const keyHeader = process.env.KEY_HEADER || "Scp-Accesskey";
const markHeader = process.env.MARK_HEADER ?? 'Scp-Signature';
