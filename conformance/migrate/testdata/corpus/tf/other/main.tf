terraform {
  required_providers {
    samsungcloudplatform = {
      source  = "SamsungSDSCloud/samsungcloudplatform"
      version = "3.12.0"
    }
  }
}

resource "samsungcloudplatformv2_vpc_vpc" "v" {
  name = "virtualserver 1.1"
}

provider "samsungcloudplatformv2" {}
