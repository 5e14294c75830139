package cases

import "github.com/scp-openapi/virtualserver/conformance"

func discoveryCases() []conformance.Case { return nil }
