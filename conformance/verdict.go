package conformance

import "slices"

// Verdict is how a case ended.
type Verdict string

// The verdicts.
const (
	// Pass: the endpoint does what is documented.
	Pass Verdict = "pass"
	// Fail: it does not: a clause of the document, of the Common reference or of the SDK is broken.
	Fail Verdict = "fail"
	// Differs: it does something that nobody promised it would not. Only a clause that was observed in the
	// field, or is assumed, is broken.
	Differs Verdict = "differs"
	// Inconclusive: it could not be judged, because of the network, a limit, or a set-up that failed.
	Inconclusive Verdict = "inconclusive"
	// Skip: it was not asked, for the reason that the finding gives.
	Skip Verdict = "skip"
	// Error: the suite itself is at fault.
	Error Verdict = "error"
)

// Code is a stable name for a finding, for programs that compare runs. Sentences hold IDs and ports.
type Code string

// The codes. A case of another package may use codes of its own.
const (
	// What is proved.
	CodeAccepted        Code = "accepted"             // what should be refused was accepted
	CodeNotAccepted     Code = "not-accepted"         // what should be accepted was refused
	CodeLetIn           Code = "let-in"               // a request that should fail authentication did not
	CodeKeptOut         Code = "kept-out"             // a request that is rightly signed was answered 401
	CodeStatus          Code = "status-undocumented"  // refused, with a status that is not documented
	CodeUnauthorized    Code = "status-not-401"       // authentication failed, and the status is not 401
	CodeServerError     Code = "server-error"         // a 5xx that came again each time
	CodeNotDetached     Code = "not-detached"         // accepted, and not done
	CodeNotAttached     Code = "not-attached"         // an attach was accepted, and not done
	CodeDetached        Code = "detached"             // refused, and done all the same
	CodeChanged         Code = "changed"              // something else changed
	CodeState           Code = "volume-state"         // a volume is in a state it should not be in
	CodeUndone          Code = "undone"               // done, and taken back
	CodeAnswer          Code = "answer-form"          // an answer is not in the documented form
	CodeError           Code = "error-form"           // an error is not in the form that was seen
	CodeBody            Code = "body-undocumented"    // a body where none is documented
	CodeRedirect        Code = "redirect"             // an answer leads elsewhere
	CodeLeak            Code = "leak"                 // an answer holds what nobody should see
	CodeSecret          Code = "secret-leak"          // an answer holds the secret key, a piece of it, or a signature
	CodeIncomplete      Code = "incomplete"           // an answer broke off, or does not end
	CodeVersionsDiffer  Code = "versions-differ"      // two versions answer differently
	CodeVersionRefused  Code = "version-not-answered" // a supported version is not answered
	CodeVersionAnswered Code = "version-answered"     // an unknown or PLANNED version is answered
	CodeDiscovery       Code = "discovery"            // the list of versions is wrong
	CodeUnstable        Code = "unstable"             // the same question got different answers
	CodeTLS             Code = "tls"                  // an old version of TLS is spoken

	// Why something could not be judged.
	CodeNoAnswer      Code = "no-answer"      // no answer, or half of one
	CodeUnavailable   Code = "unavailable"    // 5xx before anything worked, or 429
	CodeKeys          Code = "keys-refused"   // rightly signed requests are answered 401
	CodeSetup         Code = "setup"          // what the case needs could not be set up
	CodeUnsettled     Code = "unsettled"      // a volume did not settle in time
	CodeNoDistinction Code = "no-distinction" // right and wrong requests get the same answer
	CodeStopped       Code = "stopped"        // the run was stopped first
	CodeNotAsked      Code = "not-asked"      // of a skip: the run does not allow it
	CodeNotApplicable Code = "not-applicable" // of a skip: there is nothing to judge
	CodeSuite         Code = "suite"          // of an error
)

// The exit codes of every command.
const (
	ExitOK        = 0 // everything asked for was judged, and holds
	ExitFailed    = 1 // something was proved not to hold
	ExitUsage     = 2 // wrong usage or configuration
	ExitNotJudged = 3 // nothing failed, but something could not be judged, or nothing was
)

// severity orders the verdicts: the worst of several findings is the verdict of a case.
var severity = []Verdict{Pass, Skip, Differs, Inconclusive, Fail, Error}

// worst is the verdict of several.
func worst(verdicts ...Verdict) Verdict {
	most := Pass
	for _, v := range verdicts {
		if slices.Index(severity, v) > slices.Index(severity, most) || !slices.Contains(severity, v) {
			most = v
		}
	}
	return most
}
