class Api {
    private static final String VERSION = "1.3";
    void pin(HttpHeaders h) {
        h.set("Scp-Api-Version", String.format("virtualserver %s", VERSION));
    }
}
