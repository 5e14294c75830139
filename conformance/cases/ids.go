package cases

import "github.com/scp-openapi/virtualserver/conformance"

func idCases() []conformance.Case { return nil }
