// Package conformance is the engine of the conformance suite: it asks cases of an endpoint, in every
// version of the API that has a document, and reports what it finds.
//
// The catalogue of cases is package cases. A case is a plain value, and a case of another package runs
// beside those, under the same guard:
//
//	report, err := conformance.Run(ctx, conformance.Config{
//		Endpoint: "http://127.0.0.1:8080", Credentials: keys, Cases: append(cases.All(), mine),
//	})
package conformance

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// Case is one question to an endpoint, asked of each version.
type Case struct {
	// ID is stable: baselines and reports name it. Family groups cases in reports.
	ID, Family string
	// Summary says in a line what is asked.
	Summary string
	// Clauses are the statements that the case holds the endpoint to.
	Clauses []Clause
	// Harm is the most that asking can do to an account.
	Harm Harm
	// AnyState is set where the case can be asked of a version in any state: of one that is PLANNED, or
	// has ended and no longer answers.
	AnyState bool

	// Ask asks the question. It returns nil where the endpoint does what the clauses say, and else a
	// finding: see Broken, CannotJudge and Skipped. Any other error is a fault of the suite.
	Ask func(context.Context, *Trial) error
	// Rotates is set where a sample asks the case in one version a night, another one every night, as it
	// sends many requests or detaches a volume several times. Config.All asks it in all of them.
	Rotates bool
	// Variants are one question asked in many ways: a family of wrong signatures, say. They are asked
	// after Ask, which may be nil. Unless Config.All is set, a run asks a sample of them.
	Variants []Variant

	// Watch looks at an exchange of any case of the version, and returns a finding where it shows
	// something that this case is about. So each fact about an endpoint is judged once, by the case that
	// is about it, and by no other case that meets it. The trial is the one that sent the exchange.
	Watch func(*Trial, Exchange) error
	// Collects is set where other cases leave their findings about the clauses of this one to it: see
	// Trial.LeaveTo. A case that watches finds them by itself.
	Collects bool
	// Between is called before the first case of a version, after each family that touches the fixture, and
	// after the last family. What it finds is a finding of this case.
	Between func(context.Context, *Trial) error
}

// Variant is one way to ask a question.
type Variant struct {
	// Name is unique within the case.
	Name string
	Ask  func(context.Context, *Trial) error
}

// facts are what a report says of the case.
func (c Case) facts() CaseFacts {
	return CaseFacts{
		ID: c.ID, Family: c.Family, Summary: c.Summary, Clauses: slices.Clone(c.Clauses), Harm: c.Harm,
		Variants: len(c.Variants), Collects: c.judgesLast(),
	}
}

// judgesLast reports whether the case collects what other cases meet.
func (c Case) judgesLast() bool { return c.Watch != nil || c.Collects || c.Between != nil }

// check refuses a case that cannot be asked.
func (c Case) check() error {
	names := map[string]bool{}
	for _, v := range c.Variants {
		if v.Name == "" || v.Ask == nil || names[v.Name] {
			return fmt.Errorf("case %q has a variant %q without a name of its own, or with nothing to ask", c.ID, v.Name)
		}
		names[v.Name] = true
	}
	switch {
	case c.ID == "":
		return fmt.Errorf("a case has no ID (%q)", c.Summary)
	case c.Ask == nil && len(c.Variants) == 0:
		return fmt.Errorf("case %q asks nothing", c.ID)
	case c.Harm < HarmReads || c.Harm > HarmDangerous:
		return fmt.Errorf("case %q has an unknown harm class (%d)", c.ID, int(c.Harm))
	}
	return nil
}

// Harm is what a case can do to a live account. A transport lets out no request beyond it.
type Harm int

// The harm classes, each allowing what those before it allow.
const (
	// HarmReads changes nothing.
	HarmReads Harm = iota
	// HarmRefused asks for what a conforming server refuses, for unused IDs: whatever a wrong server
	// makes of such a request, it finds nothing to change.
	HarmRefused
	// HarmDetaches attaches and detaches the data volumes that the fixture names.
	HarmDetaches
	// HarmDangerous asks for what a conforming server refuses, of things that exist: a wrong one does it.
	HarmDangerous
)

var harmNames = []string{"reads", "refused", "detaches", "dangerous"}

// HarmNames are the names of the classes, the least harmful first.
func HarmNames() []string { return slices.Clone(harmNames) }

// String implements fmt.Stringer.
func (h Harm) String() string {
	if h < HarmReads || h > HarmDangerous {
		return fmt.Sprintf("Harm(%d)", int(h))
	}
	return harmNames[h]
}

// MarshalText implements encoding.TextMarshaler.
func (h Harm) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *Harm) UnmarshalText(text []byte) error {
	i := slices.Index(harmNames, string(text))
	if i < 0 {
		return fmt.Errorf("unknown harm class %q: want %s", text, strings.Join(harmNames, ", "))
	}
	*h = Harm(i)
	return nil
}

// Clause is one statement about the API that a caller can observe, with where it stands.
type Clause struct {
	// ID is stable: cases, reports and baselines name it.
	ID string `json:"id"`
	// Text is the statement.
	Text   string `json:"text"`
	Source Source `json:"source"`
	// Since is the first version it holds for; zero for all of them.
	Since lifecycle.ID `json:"since,omitzero"`
	// Operation and Status are set for a clause that is one documented answer of one operation.
	Operation string `json:"operation,omitempty"`
	Status    int    `json:"status,omitempty"`
	// Exempt says why no case can judge it, and Dated since when that is so (YYYY-MM-DD).
	Exempt string `json:"exempt,omitempty"`
	Dated  string `json:"dated,omitempty"`
}

// Source is where a statement comes from.
type Source string

// The sources, the strongest first.
const (
	Document Source = "document" // the vendor's page of the operation
	Common   Source = "common"   // the vendor's Common API reference
	SDK      Source = "sdk"      // what the vendor's public SDK sends and reads
	Field    Source = "field"    // what was observed of the live service
	Assumed  Source = "assumed"  // nobody's word but ours
)

// verdict is that of a case which finds a clause of the source broken.
func (s Source) verdict() Verdict {
	if s == Field || s == Assumed {
		return Differs
	}
	return Fail
}
