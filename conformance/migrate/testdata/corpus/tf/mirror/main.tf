terraform {
  required_providers {
    samsungcloudplatformv2 = "2.0.3"
    mirrored = {
      version = "3.2.0, != 3.1.7"
      source  = "mirror.example.com/samsungsdscloud/SamsungCloudPlatformV2"
    }
  }
}
