const HEADERS = { VERSION: "Scp-Api-Version", SIGNATURE: "Scp-Signature", KEY: "Scp-Accesskey" };
const opts = { headers: { [HEADERS.KEY]: key, [HEADERS.SIGNATURE]: mark, [HEADERS.VERSION]: "virtualserver 1.1" } };
