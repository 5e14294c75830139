const client = new Client({ service: "virtualserver", apiVersion: "1.2" });
const options = { service: 'vpc', apiVersion: '1.1' };
