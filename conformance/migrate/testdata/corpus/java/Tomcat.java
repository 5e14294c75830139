String server = "com.sun.enterprise.web.VirtualServer/1.0";
response.setHeader("X-SCP-API-Version", "1.0");
response.setHeader("OpenStack-API-Version", "compute 2.79");
