terraform {
  required_providers {
    samsungcloudplatformv2 = { source = "samsungsdscloud/samsungcloudplatformv2" }
  }
}
