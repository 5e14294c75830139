private const val API_VERSION = "1.1"
val request = Request.Builder().url(url)
    .addHeader("Scp-Api-Version", "virtualserver $API_VERSION")
    .build()
