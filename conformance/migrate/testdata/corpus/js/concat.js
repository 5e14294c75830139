var apiVersion = '1.0';
xhr.setRequestHeader("Scp-Api-Version", "virtualserver " + apiVersion);
