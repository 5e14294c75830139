terraform {
  required_version = ">= 3.3.0"
  required_providers {
    scp = {
      source  = "SamsungSDSCloud/samsungcloudplatformv2"
      version = "~> 3.1"
    }
  }
}
