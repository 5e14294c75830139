package cases

import "github.com/scp-openapi/virtualserver/conformance"

// The version header, and the life of a version.
var (
	versionPinned = conformance.Clause{
		ID: "VERSION-PINNED", Source: conformance.Document,
		Text: "Scp-Api-Version = virtualserver and the version asks for that version.",
	}
	versionNotBefore = conformance.Clause{
		ID: "VERSION-NOT-BEFORE", Source: conformance.Document,
		Text: "A version is supported until its minimum guaranteed support date at least.",
	}
)

func versionCases() []conformance.Case { return nil }
