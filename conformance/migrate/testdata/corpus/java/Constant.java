public final class Api {
    static final String API_VERSION = "virtualserver 1.1";
    static void pin(HttpHeaders h) { h.set("Scp-Api-Version", API_VERSION); }
}
