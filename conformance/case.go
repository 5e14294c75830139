// Package conformance judges whether an endpoint, live or mocked, behaves as documented in every version
// of the API there is a document for.
//
// Cases lists what is asked; reading the list is reading the suite. Run asks it.
package conformance

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Case is one question to an endpoint, asked of each version.
type Case struct {
	// ID is stable: baselines and reports name it.
	ID string
	// Summary says in a line what is asked.
	Summary string
	// Clauses are the IDs of the statements that are held against the endpoint.
	Clauses []string
	// Harm is the most that asking can do to an account.
	Harm Harm

	// anyState is set where an ended version that no longer answers can be asked about all the same.
	anyState bool
	ask      func(context.Context, *trial) error
}

// Harm is what a case can do to a live account. A transport lets out no request beyond it.
type Harm int

// The classes of harm, each allowing what those before it allow.
const (
	// HarmReads changes nothing.
	HarmReads Harm = iota
	// HarmRefused asks for what a conforming server refuses, for IDs that exist unused: whatever a wrong
	// server makes of it, it finds nothing to change.
	HarmRefused
	// HarmDetaches attaches and detaches the data volumes that were named for it.
	HarmDetaches
	// HarmDangerous asks for what a conforming server refuses, of things that exist: a wrong one does it.
	HarmDangerous
)

var harmNames = []string{"reads", "refused", "detaches", "dangerous"}

// String implements fmt.Stringer.
func (h Harm) String() string { return harmNames[h] }

// MarshalText implements encoding.TextMarshaler.
func (h Harm) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *Harm) UnmarshalText(text []byte) error {
	i := slices.Index(harmNames, string(text))
	if i < 0 {
		return fmt.Errorf("harm %q is none of %s", text, strings.Join(harmNames, ", "))
	}
	*h = Harm(i)
	return nil
}

// Cases is the suite.
func Cases() []Case {
	return slices.Concat(detachCases, malformedCases, authenticationCases, versionCases, discoveryCases, formCases)
}

// Select returns the cases with the given IDs in the order of the suite, or all of them for none. An ID
// may end in * for all that start so.
func Select(ids ...string) ([]Case, error) {
	if len(ids) == 0 {
		return Cases(), nil
	}
	wanted := map[string]bool{}
	for _, id := range ids {
		found := false
		for _, c := range Cases() {
			stem, wild := strings.CutSuffix(id, "*")
			if c.ID == id || wild && strings.HasPrefix(c.ID, stem) {
				wanted[c.ID], found = true, true
			}
		}
		if !found {
			return nil, fmt.Errorf("no case is called %q", id)
		}
	}
	return slices.DeleteFunc(Cases(), func(c Case) bool { return !wanted[c.ID] }), nil
}
