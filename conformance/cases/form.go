package cases

import "github.com/scp-openapi/virtualserver/conformance"

func formCases() []conformance.Case { return nil }
