// Package migrate finds where files speak a version of the API, tells on which day each of those uses
// ends, and moves Go code to a newer version.
//
// Data flows one way. Scan reads files and returns uses, which are facts about the files and know no day.
// Judge turns them into the findings of a Report, for one day and one table of versions. Package format
// writes a report, and decides nothing. Fix edits what the findings say can be edited.
//
// What vendor clients speak which version is [sdk], and stands in providers.yaml, with the day on which it
// was read.
package migrate

import "github.com/scp-openapi/virtualserver/openapi/lifecycle"

// Use is one place in a file that speaks a version of the API, or several, or pins none.
type Use struct {
	// File is relative to the root of the scan, with slashes.
	File string `json:"file"`

	// Line and Column are where Text begins, both from 1. A column counts bytes, as the go command does.
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Text   string `json:"text"` // what stands there, at most one line of maxText bytes

	Rule Rule `json:"rule"`
	Sure Sure `json:"sure"`

	// Versions are what the place may speak, the oldest first: several if a constraint leaves a choice, none
	// if it pins none (Unpinned) or if nobody knows which it speaks (then Unknown says why).
	Versions []lifecycle.ID `json:"versions"`
	Unknown  string         `json:"unknown,omitempty"` // a phrase without its full stop

	// Generated reports whether the file is generated, so that its generator has to be changed, and not it.
	Generated bool `json:"generated,omitempty"`

	// generic reports whether the place sets the version header for whatever service its callers name.
	generic bool
}

// Rule is how a use was found. Ignore files and SARIF name it.
type Rule string

// The rules.
const (
	GoImport          Rule = "go-import"          // imports a client of one version, ours or the vendor's
	GoHeader          Rule = "go-header"          // sets the version header to a value that Go can evaluate
	GoGenerate        Rule = "go-generate"        // a go:generate line that writes the client of one version
	GoUnpinned        Rule = "go-unpinned"        // signs requests and sets no version header
	GoModule          Rule = "go-module"          // go.mod requires the vendor's SDK
	TerraformProvider Rule = "terraform-provider" // required_providers
	TerraformLock     Rule = "terraform-lock"     // .terraform.lock.hcl
	TextHeader        Rule = "text-header"        // the version header and its value, in any language
	TextDerived       Rule = "text-derived"       // service and version apart, such as ("virtualserver", "1.2")
	TextUnpinned      Rule = "text-unpinned"      // signs requests and sets no version header
)

// Sure is how sure it is that a place speaks a version.
type Sure string

// How sure a use can be, the surest first.
const (
	Exact   Sure = "exact"   // a type checker or a parser of the language says so
	Derived Sure = "derived" // concluded, from a constraint or from parts that stand apart
	Text    Sure = "text"    // read from text whose language was not parsed
)

// Trouble is something that was to be read and could not be. With any, nothing is safe.
type Trouble struct {
	File string `json:"file"`
	Text string `json:"text"` // a sentence without its full stop
}

// Scanned is what a scan found.
type Scanned struct {
	Root     string    `json:"root"`
	Uses     []Use     `json:"uses"` // ordered by file, line and column
	Troubles []Trouble `json:"troubles"`
	Files    int       `json:"files"`   // read
	Skipped  []Skipped `json:"skipped"` // not read, and why that hides nothing
}

// Skipped counts files and folders that were not read on purpose.
type Skipped struct {
	Why   string `json:"why"` // "binary", "vendored", "ignored by git" …
	Count int    `json:"count"`
	First string `json:"first"` // one of them
}
