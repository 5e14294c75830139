const VERSION_HEADER = "Scp-Api-Version";
client.interceptors.request.use((config) => {
  config.headers.set("Scp-Api-Version", process.env.VS_VERSION ?? "virtualserver 1.1");
  return config;
});
