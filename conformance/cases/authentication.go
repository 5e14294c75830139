package cases

import "github.com/scp-openapi/virtualserver/conformance"

func authenticationCases() []conformance.Case { return nil }
