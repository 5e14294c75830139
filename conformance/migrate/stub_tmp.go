package migrate

import "github.com/scp-openapi/virtualserver/openapi/lifecycle"

func providerOf(id lifecycle.ID) string { return "a provider that speaks " + id.String() }
