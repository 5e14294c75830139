// Package format writes the report of a scan: as text for a person, as JSON, as Markdown for a pull request, as
// JUnit XML and SARIF for other tools, and as annotations for GitHub. Writers decide nothing. They write what comes
// from scanned files so that it does no harm.
package format

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/scp-openapi/virtualserver/conformance/migrate"
)

// speaks says which versions a use may speak.
func speaks(u migrate.Use) string {
	var versions []string
	for _, id := range u.Versions {
		versions = append(versions, id.String())
	}
	switch last := len(versions) - 1; {
	case last < 0 && u.Unknown != "":
		return "unknown"
	case last < 0:
		return "the newest"
	case last == 0:
		return versions[0]
	default:
		return strings.Join(versions[:last], ", ") + " or " + versions[last]
	}
}

// titles name states at the head of a finding.
var titles = map[migrate.State]string{
	migrate.Ended:       "Ended",
	migrate.NotSafe:     "Not safe",
	migrate.Unpinned:    "Pins no version",
	migrate.CannotJudge: "Cannot be judged",
	migrate.Ending:      "Ends soon",
	migrate.Supported:   "Supported",
}

// title is what a finding is, in a few words.
func title(f migrate.Finding) string {
	what, which := "Speaks "+speaks(f.Use), "which"
	if len(f.Versions) > 1 {
		what, which = "May speak "+speaks(f.Use), "the first of which"
	}
	switch {
	case f.State == migrate.Ended:
		return fmt.Sprintf("%s, %s ended on %s", what, which, f.Ends)
	case f.State == migrate.Ending && !f.Ends.IsZero():
		return fmt.Sprintf("%s, %s ends on %s", what, which, f.Ends)
	case f.State == migrate.Unpinned, len(f.Versions) == 0:
		return titles[f.State]
	}
	return titles[f.State] + ": " + strings.ToLower(what[:1]) + what[1:]
}

// word is a state as people read it.
func word(state migrate.State) string { return strings.ReplaceAll(string(state), "-", " ") }

// sentence is a text as a sentence with its full stop.
func sentence(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + s[size:] + "."
}

// basis is what the answer rests on: the files, the uses and the table of versions.
func basis(r *migrate.Report) string {
	files := "1 file"
	if r.Files != 1 {
		files = fmt.Sprintf("%d files", r.Files)
	}
	return fmt.Sprintf("%s read. Uses: %s. Versions: %s.", files, counts(r), r.Table)
}

// counts are the numbers of findings by state: "3 ended, 1 unpinned".
func counts(r *migrate.Report) string {
	var parts []string
	for _, state := range migrate.States() {
		if n := r.Counts[state]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, word(state)))
		}
	}
	if n := len(r.Ignored); n > 0 {
		parts = append(parts, fmt.Sprintf("%d ignored", n))
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}

// skipped says what was not read, and why.
func skipped(s migrate.Skipped) string {
	if s.Count == 1 {
		return fmt.Sprintf("%s (%s)", s.Why, s.First)
	}
	return fmt.Sprintf("%s (%d, such as %s)", s.Why, s.Count, s.First)
}
