module example.com/detacher

go 1.24

require (
	github.com/SamsungSDSCloud/terraform-sdk-samsungcloudplatformv2/v3 v3.1.0
	github.com/stretchr/testify v1.10.0
)
