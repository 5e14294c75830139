package migrate

import (
	"path"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// State is what a use comes to on the day judged.
type State string

// The states, the worst first.
const (
	Ended       State = "ended"        // a version it may speak ended on the day judged, or before
	NotSafe     State = "not-safe"     // a version it may speak is not safe, and no date says since when
	Unpinned    State = "unpinned"     // it speaks whichever version is the newest when it runs
	CannotJudge State = "cannot-judge" // a version or provider that the tables do not know
	Ending      State = "ending"       // a version it may speak ends soon, or may be withdrawn at any time
	Supported   State = "supported"    // all versions it may speak are safe on the day judged
)

// States are all states, the worst first.
func States() []State {
	return []State{Ended, NotSafe, Unpinned, CannotJudge, Ending, Supported}
}

// Finding is a use, and what it comes to on the day judged.
type Finding struct {
	Use
	State State `json:"state"`

	// Ends is the first day on which a version that the use may speak is no longer safe, and Left the days
	// from the day judged to it: negative after it, unknown if Ends is.
	Ends lifecycle.Date `json:"ends,omitzero"`
	Left lifecycle.Days `json:"days_left"`

	Do string `json:"do"` // what to do about it, and why: a sentence without its full stop; empty if nothing

	// Fingerprint stays the same from run to run while lines come and go above the use.
	Fingerprint string `json:"fingerprint"`
}

// Report is what every writer reads.
type Report struct {
	SchemaVersion int            `json:"schema_version"`
	Root          string         `json:"root"`
	Day           lifecycle.Date `json:"day"`
	Target        lifecycle.ID   `json:"target"`
	Table         string         `json:"table"` // which table of versions this rests on, and how old it is
	WarnWithin    int            `json:"warn_within_days"`

	// Findings are ordered as the uses are. If OnlyEnded is set, they are only those that are Ended or NotSafe;
	// Counts, Headline and ExitCode are still about all.
	Findings  []Finding `json:"findings"`
	OnlyEnded bool      `json:"only_ended"`

	IgnoreFile string    `json:"ignore_file,omitempty"`
	Ignored    []Ignored `json:"ignored"` // findings that the ignore file accepts
	Stale      []string  `json:"stale"`   // entries of the ignore file that match nothing or have expired, as sentences

	Troubles []Trouble `json:"troubles"`
	Files    int       `json:"files"`
	Skipped  []Skipped `json:"skipped"`

	Counts   map[State]int `json:"counts"`   // of findings that are not ignored
	Warnings []string      `json:"warnings"` // what a reader has to know about the answer, as sentences
	Headline string        `json:"headline"` // the answer: "safe on 2026-12-31", "not safe: 7 uses in 4 files …"
	ExitCode int           `json:"exit_code"`
}

// schemaVersion is the version of the form of a report as JSON. Raise it with every change of meaning.
const schemaVersion = 1

// Ignored is a finding that an entry of the ignore file accepts.
type Ignored struct {
	Finding
	Reason  string         `json:"reason"`
	Expires lifecycle.Date `json:"expires"`
}

// Path returns a file of the report as a path to open: within Root, or as it is if Root is the working directory.
func (r *Report) Path(file string) string { return path.Join(r.Root, file) }
