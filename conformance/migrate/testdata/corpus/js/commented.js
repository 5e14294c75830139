// headers["Scp-Api-Version"] = "virtualserver 1.0";
/*
 * headers["Scp-Api-Version"] = "virtualserver 1.0";
 */
const docs = "https://docs.example.com/virtualserver/apis/detach/1.3/";
