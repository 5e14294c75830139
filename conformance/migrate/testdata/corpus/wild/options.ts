export const client = axios.create({
  baseURL,
  headers: { common: { "Scp-Api-Version": `virtualserver ${process.env.VS_VERSION ?? "1.1"}` } },
});
