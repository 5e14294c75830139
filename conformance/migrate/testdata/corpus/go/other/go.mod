module example.com/other

// github.com/SamsungSDSCloud/terraform-sdk-samsungcloudplatformv2/v3 was here.
go 1.24
