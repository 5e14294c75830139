data "http" "volume" {
  url = "${var.endpoint}/v1/volumes/${var.volume}"
  request_headers = {
    "Scp-Api-Version" = "virtualserver 1.2"
  }
}
