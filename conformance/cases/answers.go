package cases

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/scp-openapi/virtualserver/conformance"
)

// What holds for every answer.
var (
	detachSchema = conformance.Clause{
		// The document gives 202 the schema None, as it does the refusals, which have a body.
		ID: "DETACH-SCHEMA", Source: conformance.Assumed,
		Text: "202 Accepted has no body: the document gives it no schema.",
	}
	formRedirect = conformance.Clause{ID: "FORM-REDIRECT", Source: conformance.Document, Text: "No answer is a redirect."}
	formComplete = conformance.Clause{
		ID: "FORM-COMPLETE", Source: conformance.Assumed,
		Text: "Every request gets a complete answer: its body ends, has the announced length, and is compressed only on request.",
	}
)

// formAccepted judges the 202 of a detach. A Location on it is free.
func formAccepted() conformance.Case {
	return conformance.Case{
		ID: "form-accepted", Family: familyForm,
		Summary: "the 202 of a detach has no body",
		Clauses: []conformance.Clause{detachSchema},
		Harm:    conformance.HarmDetaches,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			seen, err := detachOnce(ctx, t)
			if err == nil && seen.answer.Status != http.StatusAccepted {
				err = conformance.ShownBy(seen.answer, conformance.CannotJudge(conformance.CodeSetup,
					"the detach was answered %s, so there is no 202 to look at", conformance.StatusText(seen.answer.Status)))
			}
			return err
		},
		Watch: func(_ *conformance.Trial, e conformance.Exchange) error {
			if e.Status != http.StatusAccepted || len(bytes.TrimSpace(e.Body)) == 0 || !asks(e, opDetach) {
				return nil
			}
			return conformance.Broken(detachSchema, conformance.CodeBody, "%s was answered 202 with a body (%s), and none is documented", e, excerpt(e.Body))
		},
	}
}

// formRedirects judges answers that lead elsewhere: a client that follows one sends its signature there, and
// one that cleans a path has been seen to make a deletion of a detach.
func formRedirects() conformance.Case {
	return conformance.Case{
		ID: "form-redirect", Family: familyForm,
		Summary: "no answer is a redirect",
		Clauses: []conformance.Clause{formRedirect},
		Harm:    conformance.HarmRefused,
		Ask:     seeRefusals,
		Watch: func(_ *conformance.Trial, e conformance.Exchange) error {
			if e.Status/100 == 3 || e.ResponseHeader.Get("Refresh") != "" {
				return redirected(e)
			}
			return nil
		},
	}
}

// redirected is the finding that an answer leads elsewhere.
func redirected(e conformance.Exchange) error {
	to := e.ResponseHeader.Get("Location") + e.ResponseHeader.Get("Refresh")
	return conformance.ShownBy(e, conformance.Broken(formRedirect, conformance.CodeRedirect,
		"%s (%s) was answered %s, which leads to %.100q", e, e.About, conformance.StatusText(e.Status), to))
}

func formCompletes() conformance.Case {
	return conformance.Case{
		ID: "form-complete", Family: familyForm,
		Summary: "every request is answered, and every answer is complete, and compressed only on request",
		Clauses: []conformance.Clause{formComplete},
		Harm:    conformance.HarmRefused,
		Ask:     seeStrays,
		Watch: func(t *conformance.Trial, e conformance.Exchange) error {
			seen := straysOf(t)
			seen.see(e)
			shown := slices.Contains([]conformance.Expectation{conformance.ExpectShown, conformance.ExpectAccepted}, e.Expected)
			if e.Status == 0 && shown || e.Repeated && e.Status != 0 {
				networkTrouble(t).Store(true)
			}
			coding := e.ResponseHeader.Get("Content-Encoding")
			switch {
			case e.Status == 0, e.Overloaded() && !e.Stayed:
				return nil
			case e.CutOff():
				return conformance.Distinct(conformance.Broken(formComplete, conformance.CodeIncomplete,
					"%s was answered %s with a body that goes on beyond %d bytes", e, conformance.StatusText(e.Status), len(e.Body)), "endless")
			case e.Err != "" && !seen.breaksOff(e):
				return nil // lost on its way, and asked for again
			case e.Err != "":
				return conformance.Distinct(conformance.Broken(formComplete, conformance.CodeIncomplete,
					"the answer to %s (%s) broke off: %s", e, conformance.StatusText(e.Status), e.Err), "broken off")
			case coding != "" && coding != "identity" && e.RequestHeader.Get("Accept-Encoding") == "identity":
				return conformance.Distinct(conformance.Broken(formComplete, conformance.CodeIncomplete,
					"the answer to %s (%s) is encoded as %q, and nobody asked for that", e, conformance.StatusText(e.Status), coding), "encoded")
			}
			return nil
		},
	}
}

// strays counts the requests of a version whose answer was lost or broke off, though the next one was not.
type strays struct {
	mu              sync.Mutex
	requests, stray int
	lost            bool                 // the last answer was
	last            conformance.Exchange // the last one that was
	// brokeOff counts the answers that broke off, and answers those that there were, by method and status.
	brokeOff, answers map[string]int
}

func straysOf(t *conformance.Trial) *strays {
	return conformance.OfRun(t, "strays in "+t.Version().String(), func() *strays {
		return &strays{brokeOff: map[string]int{}, answers: map[string]int{}}
	})
}

// see looks at an exchange.
func (s *strays) see(e conformance.Exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	if e.Status != 0 {
		s.answers[kindOf(e)]++
	}
	switch {
	case e.Status == 0:
		s.lost, s.last = true, e
	case e.Err != "":
		s.brokeOff[kindOf(e)]++
	case s.lost:
		s.lost = false
		s.stray++
	}
}

func kindOf(e conformance.Exchange) string { return fmt.Sprintf("%s %d", e.Method, e.Status) }

// breaksOff reports whether so many answers like this one broke off that the network cannot be why.
func (s *strays) breaksOff(e conformance.Exchange) bool {
	const few = 3
	s.mu.Lock()
	defer s.mu.Unlock()
	broke, all := s.brokeOff[kindOf(e)], s.answers[kindOf(e)]
	return e.Stayed || broke >= few && 2*broke > all
}

// networkTrouble is whether anything but refusals was lost, or an answer broke off or was a gateway's.
func networkTrouble(t *conformance.Trial) *atomic.Bool {
	return conformance.OfRun(t, "network trouble", func() *atomic.Bool { return new(atomic.Bool) })
}

// judge finds what is more than a few: one now and then is the network's, and repeated. A network harms all alike:
// where it was seen to, and where the endpoint is live, many have to be.
func (s *strays) judge(network bool) error {
	const few, percent, bad = 3, 1, 20
	s.mu.Lock()
	defer s.mu.Unlock()
	most := percent
	if network {
		most = bad
	}
	if s.stray < few || s.stray*100 <= s.requests*most {
		return nil
	}
	return conformance.ShownBy(s.last, conformance.Distinct(conformance.Broken(formComplete, conformance.CodeNoAnswer,
		"%d of %d requests got no answer, and those after them did; the last was %s (%s): %s",
		s.stray, s.requests, s.last, s.last.About, s.last.Err), "no answer"))
}

// seeStrays looks back at the requests of all the other cases.
func seeStrays(ctx context.Context, t *conformance.Trial) error {
	if err := seeRefusals(ctx, t); err != nil {
		return err
	}
	return straysOf(t).judge(t.Live() || networkTrouble(t).Load())
}
