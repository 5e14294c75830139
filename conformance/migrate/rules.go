package migrate

import "slices"

// Rules are all rules, in the order in which they are documented.
func Rules() []Rule {
	return []Rule{
		GoImport, GoHeader, GoGenerate, GoUnpinned, GoModule, TerraformProvider, TerraformLock, TextHeader, TextDerived, TextUnpinned,
	}
}

// Known reports whether there is such a rule.
func (r Rule) Known() bool { return slices.Contains(Rules(), r) }

// Summary says what the rule finds, as a sentence without its full stop.
func (r Rule) Summary() string {
	switch r {
	case GoImport:
		return "Go code imports a client of one version"
	case GoHeader:
		return "Go code sets the version header to a value that can be evaluated"
	case GoGenerate:
		return "a go:generate directive generates a client of one version"
	case GoUnpinned:
		return "Go code signs requests and pins no version"
	case GoModule:
		return "a go.mod file requires the vendor's SDK"
	case TerraformProvider:
		return "a Terraform configuration requires the vendor's provider"
	case TerraformLock:
		return "a Terraform lock file selects a version of the vendor's provider"
	case TextHeader:
		return "a file sets the version header"
	case TextDerived:
		return "a file names the service and a version of it apart"
	case TextUnpinned:
		return "a file signs requests and pins no version"
	}
	return ""
}
