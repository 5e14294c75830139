cat > versions.tf <<END
terraform {
  required_providers {
    scp = { source = "SamsungSDSCloud/samsungcloudplatformv2" }
  }
}
END
# scp = { source = "SamsungSDSCloud/samsungcloudplatformv2", version = "1.0.0" }
