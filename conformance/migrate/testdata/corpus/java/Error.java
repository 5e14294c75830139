if (request.getHeader("Scp-Api-Version") == null) {
    throw new IllegalArgumentException("Scp-Api-Version is missing, for example virtualserver 1.1");
}
