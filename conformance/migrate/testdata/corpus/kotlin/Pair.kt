val pins = mapOf("vpc" to "1.0", "virtualserver" to "1.2")
fun pin(b: HttpRequestBuilder) = b.header("Scp-Api-Version", "virtualserver ${pins["virtualserver"]}")
