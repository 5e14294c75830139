package lifecycle

import (
	"fmt"
	"strings"
)

// State is the state of a version. As a label it is the state that was read; as
// [Standing.State] it is the state on the day judged.
type State string

// The states [common].
const (
	Planned    State = "PLANNED"    // documented, not callable yet
	Current    State = "CURRENT"    // the recommended one; one at a time
	Supported  State = "SUPPORTED"  // bug fixes only
	Deprecated State = "DEPRECATED" // fewer than 90 days remain
	Ended      State = "ENDED"      // its date has come; no document writes this word
)

// labels are the states that documents write, in the order in which a version
// goes through them.
var labels = []State{Planned, Current, Supported, Deprecated}

// ParseLabel reads a label as the documents write it, "ACTIVE (CURRENT)", or as
// discovery does, "CURRENT"; case and spaces do not matter. The error names anything else,
// ENDED included.
func ParseLabel(s string) (State, error) {
	word := strings.ToUpper(strings.TrimSpace(s))
	if inner, ok := strings.CutPrefix(word, "ACTIVE"); ok {
		inner = strings.TrimSpace(inner)
		if strings.HasPrefix(inner, "(") && strings.HasSuffix(inner, ")") {
			word = strings.TrimSpace(inner[1 : len(inner)-1])
		}
	}
	for _, label := range labels {
		if word == string(label) {
			return label, nil
		}
	}
	return "", fmt.Errorf("label %.40q is none of %v", s, labels)
}

// Label returns the state as a document or an endpoint writes it: an ended version
// keeps the label DEPRECATED.
func (s State) Label() State {
	if s == Ended {
		return Deprecated
	}
	return s
}
