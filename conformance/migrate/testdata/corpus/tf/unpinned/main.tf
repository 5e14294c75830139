data "http" "servers" {
  url = local.url
  request_headers = {
    Scp-Accesskey = var.key
    "Scp-Signature" = local.mark
  }
}
