class Client {
    static final String API_VERSION = "virtualserver 1.1";
    HttpRequest request(URI uri) {
        return HttpRequest.newBuilder(uri).header("Scp-Api-Version", API_VERSION).build();
    }
}
