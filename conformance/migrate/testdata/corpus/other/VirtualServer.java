public class VirtualServer {
    private static final String _info = "com.sun.enterprise.web.VirtualServer/1.0";
}
