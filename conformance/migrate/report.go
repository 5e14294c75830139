package migrate

import "github.com/scp-openapi/virtualserver/openapi/lifecycle"

// State is what a use comes to on the day judged.
type State string

const (
	Ended       State = "ended"        // a version it may speak has ended on the day judged, or before
	Ending      State = "ending"       // one ends within the days asked for
	Supported   State = "supported"    // all it may speak are safe on the day judged
	Unpinned    State = "unpinned"     // it speaks whichever version is the newest when it runs
	CannotJudge State = "cannot-judge" // a version or provider that the tables do not know
)

// Finding is a use, and what it comes to on the day judged.
type Finding struct {
	Use
	State State `json:"state"`

	// Ends is the first day on which a version that the use may speak is not safe any more, and Left the
	// days from the day judged to it. Both are unknown if no date is.
	Ends lifecycle.Date `json:"ends,omitzero"`
	Left lifecycle.Days `json:"days_left"`

	Do string `json:"do"` // what to do about it, a sentence without its full stop; empty if nothing

	// Fingerprint is the same from run to run, though lines above come and go.
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

	Findings []Finding `json:"findings"`
	Ignored  []Ignored `json:"ignored"` // findings that an ignore file accepts
	Stale    []string  `json:"stale"`   // entries of the ignore file that match nothing or have expired, as sentences
	Troubles []Trouble `json:"troubles"`
	Files    int       `json:"files"`
	Skipped  []Skipped `json:"skipped"`

	Counts   map[State]int `json:"counts"`
	Headline string        `json:"headline"` // the answer: "safe on 2026-12-31", "not safe: 7 uses in 4 files …"
	ExitCode int           `json:"exit_code"`
}

// Ignored is a finding that an entry of the ignore file accepts.
type Ignored struct {
	Finding
	Reason  string         `json:"reason"`
	Expires lifecycle.Date `json:"expires"`
}
