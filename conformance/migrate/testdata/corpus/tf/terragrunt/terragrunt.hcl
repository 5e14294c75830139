generate "versions" {
  path     = "versions.tf"
  contents = <<-END
    terraform {
      required_providers {
        samsungcloudplatformv2 = {
          source  = "SamsungSDSCloud/samsungcloudplatformv2"
          version = "3.1.7"
        }
      }
    }
  END
}
