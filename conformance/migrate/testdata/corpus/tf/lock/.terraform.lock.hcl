# This file is maintained automatically by "terraform init".

provider "registry.terraform.io/samsungsdscloud/samsungcloudplatformv2" {
  version     = "3.2.0"
  constraints = ">= 3.0.0"
  hashes = [
    "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
  ]
}
