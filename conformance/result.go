package conformance

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// SchemaVersion is the number of the form of a Report as JSON. It rises with every change of meaning.
//
// Version 2 added baseline and changes, and the findings that a baseline accepts.
const SchemaVersion = 2

// Report is everything a run found. Writers print it and decide nothing: verdict, counts and exit code
// are computed here, once.
//
// A Report survives its JSON form: what was stored is what is read back.
type Report struct {
	SchemaVersion int       `json:"schema_version"`
	Suite         Suite     `json:"suite"`
	Endpoint      string    `json:"endpoint"`
	Started       time.Time `json:"started"`
	// Duration is that of the whole run.
	Duration Millis `json:"duration_ms"`
	// ClockSkew is how far at least the endpoint's clock is ahead of the one that signed, by the Date of its first
	// answer; negative where it is behind, and 0 where nothing shows that they differ.
	ClockSkew Millis `json:"clock_skew_ms,omitempty"`
	// Day is the day judged.
	Day lifecycle.Date `json:"day"`
	// Table is what the endpoint's versions were held against.
	Table Table `json:"table"`
	// Listed are the versions that the endpoint lists itself, empty where it lists none or was not asked.
	Listed []lifecycle.Version `json:"listed,omitempty"`
	// Harm is the most that cases were allowed to do.
	Harm    Harm    `json:"harm_allowed"`
	Fixture Fixture `json:"fixture"`
	// MoreFixtures are what versions used beside it that were asked side by side.
	MoreFixtures []Fixture `json:"more_fixtures,omitempty"`
	// Seed makes the unused IDs and draws the samples: the same seed, the same requests.
	Seed    uint64  `json:"seed"`
	Options Options `json:"options"`

	// Verdict is that of the run, Headline the verdict in a sentence without its full stop.
	Verdict  Verdict `json:"verdict"`
	Headline string  `json:"headline"`
	// ExitCode is what a command that made this run ends with.
	ExitCode int    `json:"exit_code"`
	Counts   Counts `json:"counts"`
	// Trouble says why nothing, or not everything, could be judged. It is nil where everything was.
	Trouble *Trouble `json:"trouble,omitempty"`
	// PutBack says of each volume that an earlier run had left changed, and that was put back before anything was
	// asked, what was done.
	PutBack []string `json:"put_back,omitempty"`
	// Notices are what a person should know of the run besides its results, each in a sentence: that a volume is left
	// to put back, say, or that there is no earlier run to compare with.
	Notices []string `json:"notices,omitempty"`
	// Drift is the version the endpoint lists as CURRENT, where it is newer than every document.
	Drift *lifecycle.Version `json:"drift,omitempty"`
	// Unjudged are the clauses that some case is about, and that no case judged in this run.
	Unjudged []Unjudged `json:"unjudged,omitempty"`
	// Baseline says how the run compares with the known findings, nil where none were named.
	Baseline *BaselineResult `json:"baseline,omitempty"`
	// Changes are what differs from an earlier run, nil where none was named.
	Changes *Changes `json:"changes,omitempty"`

	Results []Result `json:"results"`
}

// Suite is the build that made a run.
type Suite struct {
	Version  string `json:"version"`            // of the module, "(devel)" for a checkout
	Revision string `json:"revision,omitempty"` // of the repository
	Modified bool   `json:"modified,omitempty"` // whether the checkout had changes
	Go       string `json:"go"`
}

// ThisSuite is the running build, by its build information.
func ThisSuite() Suite {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return Suite{Version: "unknown"}
	}
	suite := Suite{Version: info.Main.Version, Go: info.GoVersion}
	for _, dependency := range info.Deps { // where another module runs the suite
		if dependency.Path == modulePath {
			suite.Version = dependency.Version
		}
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			suite.Revision = setting.Value
		case "vcs.modified":
			suite.Modified = setting.Value == "true"
		}
	}
	if suite.Version == "" {
		suite.Version = "(devel)"
	}
	return suite
}

const modulePath = "github.com/scp-openapi/virtualserver"

// Table is a lifecycle.Table as data.
type Table struct {
	Source string `json:"source"`
	// Read is when it was read, zero where nobody recorded it.
	Read time.Time `json:"read,omitzero"`
	// Stale reports whether the table was too old on the day judged to be relied on without a warning.
	Stale    bool                `json:"stale"`
	Versions []lifecycle.Version `json:"versions"`
}

// Options are the settings of a run that bear on what it asks, and on what it makes of the answers.
type Options struct {
	// Timeout bounds one request, CaseLimit one case, and Limit the run.
	Timeout   Millis `json:"timeout_ms"`
	CaseLimit Millis `json:"case_limit_ms"`
	Limit     Millis `json:"limit_ms"`
	Settle    Millis `json:"settle_ms"`
	Linger    Millis `json:"linger_ms"`
	Attempts  int    `json:"attempts"`
	Parallel  int    `json:"parallel"`
	// Rate is how many requests were sent a second at most; 0 where there was no bound.
	Rate float64 `json:"rps"`
	// Live is set where the endpoint was treated as one that people use.
	Live bool `json:"live"`
	// All is set where families were asked whole, and not a sample of each.
	All bool `json:"all"`
	// Strict is set where Differs counts as Fail.
	Strict bool `json:"strict"`
	// RequireComplete is set where a clause that nobody judged makes the run inconclusive.
	RequireComplete bool `json:"require_complete"`
}

// Counts are the results of a run by verdict, and the requests it sent.
type Counts struct {
	Pass         int `json:"pass"`
	Fail         int `json:"fail"`
	Differs      int `json:"differs"`
	Inconclusive int `json:"inconclusive"`
	Skip         int `json:"skip"`
	Error        int `json:"error"`
	Requests     int `json:"requests"`
}

// Of is the number of results with a verdict.
func (c Counts) Of(v Verdict) int {
	switch v {
	case Pass:
		return c.Pass
	case Fail:
		return c.Fail
	case Differs:
		return c.Differs
	case Inconclusive:
		return c.Inconclusive
	case Skip:
		return c.Skip
	}
	return c.Error
}

// Total is the number of results.
func (c Counts) Total() int {
	return c.Pass + c.Fail + c.Differs + c.Inconclusive + c.Skip + c.Error
}

// Trouble is a reason why a run judged nothing, or not everything.
type Trouble struct {
	Kind TroubleKind `json:"kind"`
	Text string      `json:"text"`
}

// TroubleKind is a stable name for a Trouble.
type TroubleKind string

// The kinds of trouble.
const (
	TroubleUnreachable   TroubleKind = "unreachable"    // nothing answers as HTTP
	TroubleKeys          TroubleKind = "keys-refused"   // every signed request was answered 401
	TroubleStopped       TroubleKind = "stopped"        // interrupted, or the limit was reached
	TroubleNothingJudged TroubleKind = "nothing-judged" // no case came to a verdict
	TroubleSilent        TroubleKind = "silent"         // too many requests in a row got no answer
	TroubleDown          TroubleKind = "down"           // every answer is 5xx
	TroubleFixture       TroubleKind = "fixture"        // the volumes could not be taken, or not be put back
)

// Unjudged is a clause that was left unjudged, and how to have it judged.
type Unjudged struct {
	Clause string `json:"clause"`
	Why    string `json:"why"`
}

// Result is how one case ended in one version.
type Result struct {
	Case    CaseFacts         `json:"case"`
	Version lifecycle.Version `json:"version"`
	Verdict Verdict           `json:"verdict"`
	// Findings are why it is not a pass: one for each fact, however many requests showed it. The worst
	// comes first.
	Findings []Finding `json:"findings,omitempty"`
	// Notes are worth knowing, whatever the verdict.
	Notes    []string  `json:"notes,omitempty"`
	Started  time.Time `json:"started"`
	Duration Millis    `json:"duration_ms"`
	Attempts []Attempt `json:"attempts,omitempty"`
	// Judged are the variants of the case that came to a verdict: a sample leaves some out.
	Judged []string `json:"judged,omitempty"`
	// Again is the command that asks the case again, signing anew.
	Again string `json:"again"`
	// Unasked is set for a case that was not asked, as the run was stopped or the endpoint given up.
	Unasked bool `json:"unasked,omitempty"`
}

// Reason is the first finding in a sentence, or nothing.
func (r Result) Reason() string {
	if len(r.Findings) == 0 {
		return ""
	}
	return r.Findings[0].Text
}

// CaseFacts are what a report says of a case: the case by value, without its functions.
type CaseFacts struct {
	ID      string   `json:"id"`
	Family  string   `json:"family"`
	Summary string   `json:"summary"`
	Clauses []Clause `json:"clauses"`
	Harm    Harm     `json:"harm"`
	// Variants is how many variants the case has, Asked how many of them were asked; 0 for a case that
	// has none.
	Variants int `json:"variants,omitempty"`
	Asked    int `json:"asked,omitempty"`
	// Collects is set for a case that judges what others meet, too: how much that is depends on what they ask.
	Collects bool `json:"collects,omitempty"`
}

// Finding is one fact about an endpoint, or one reason why something could not be judged.
type Finding struct {
	Verdict Verdict `json:"verdict"`
	// Code is stable from night to night; Text is not, as it holds IDs and ports.
	Code Code   `json:"code"`
	Text string `json:"text"`
	// Clause is the ID of the clause that is broken, Statement what that says, and Source where it stands;
	// empty where nothing is proved.
	Clause    string `json:"clause,omitempty"`
	Statement string `json:"statement,omitempty"`
	Source    Source `json:"source,omitempty"`
	// Variants are those of the case that came to it.
	Variants []string `json:"variants,omitempty"`
	// Requests is how many requests showed it.
	Requests int `json:"requests,omitempty"`
	// SeenBy is the case whose request showed it first, where it is another one.
	SeenBy string `json:"seen_by,omitempty"`
	// Exchange shows it: the first, where several do.
	Exchange *Exchange `json:"exchange,omitempty"`
	// Known is the entry of the baseline that accepts the finding, nil where none does.
	Known *Known `json:"known,omitempty"`
}

// Known is why a finding is accepted, and until when.
type Known struct {
	Reason string `json:"reason"`
	Owner  string `json:"owner,omitempty"`
	Issue  string `json:"issue,omitempty"`
	// Expires is the last day on which the finding is accepted.
	Expires lifecycle.Date `json:"expires"`
}

// BaselineResult is how a run compares with a baseline.
type BaselineResult struct {
	File    string `json:"file"`
	Entries int    `json:"entries"`
	// Known is how many results fail or differ in no other way than the baseline accepts.
	Known int `json:"known"`
	// Problems are why the baseline itself fails the run.
	Problems []BaselineProblem `json:"problems,omitempty"`
}

// BaselineProblem is an entry of a baseline that does not say what is so.
type BaselineProblem struct {
	Kind BaselineKind `json:"kind"`
	Case string       `json:"case"`
	// Version is empty where the problem is that of several versions, or of none.
	Version string `json:"version,omitempty"`
	Text    string `json:"text"`
}

// BaselineKind is a stable name for a BaselineProblem.
type BaselineKind string

// The kinds of baseline problems.
const (
	BaselineStale   BaselineKind = "stale"   // the case passes
	BaselineExpired BaselineKind = "expired" // the entry's last day is over
	BaselineChanged BaselineKind = "changed" // the case fails in another way than was accepted
)

// Changes are what differs from an earlier run.
type Changes struct {
	// File is where the earlier run was read from, Started when it began, and Endpoint what it judged.
	File     string    `json:"file"`
	Started  time.Time `json:"started"`
	Endpoint string    `json:"endpoint"`
	// List has those to look at first at its start.
	List []Change `json:"list,omitempty"`
}

// Change is one case of one version, and how it ended then and now.
type Change struct {
	Kind    ChangeKind `json:"kind"`
	Case    string     `json:"case"`
	Version string     `json:"version"`
	// Before and Now are the verdicts, empty where the case was not asked.
	Before Verdict `json:"before,omitempty"`
	Now    Verdict `json:"now,omitempty"`
	// CodesBefore and CodesNow are the reason codes of the findings.
	CodesBefore []Code `json:"codes_before,omitempty"`
	CodesNow    []Code `json:"codes_now,omitempty"`
	// Text is the change in a sentence.
	Text string `json:"text"`
}

// ChangeKind is a stable name for a kind of Change.
type ChangeKind string

// The kinds of changes, those to look at first at the start.
const (
	ChangeNewFailure   ChangeKind = "new-failure"   // fails or differs, and did not
	ChangeOtherFailure ChangeKind = "other-failure" // still fails, in another way
	ChangeStillFailing ChangeKind = "still-failing" // still fails, in the same way
	ChangeFlaky        ChangeKind = "flaky"         // the same question ended otherwise within one run, or could not be judged
	ChangeNewlySkipped ChangeKind = "newly-skipped" // was judged, and is skipped
	ChangeFixed        ChangeKind = "fixed"         // failed, and passes
	ChangeNewCase      ChangeKind = "new-case"
	ChangeGoneCase     ChangeKind = "gone-case"
)

// Attempt is one time a case was asked. Only what is inconclusive is asked again.
type Attempt struct {
	Verdict   Verdict    `json:"verdict"`
	Reason    string     `json:"reason,omitempty"`
	Exchanges []Exchange `json:"exchanges,omitempty"`
}

// Exchange is one request as it went out, and what came back.
type Exchange struct {
	// Case is the case that sent it.
	Case          string      `json:"case"`
	Method        string      `json:"method"`
	URL           string      `json:"url"`
	RequestHeader http.Header `json:"request_header"`
	RequestBody   Body        `json:"request_body,omitempty"`
	// Status is that of the answer, 0 where none came.
	Status int `json:"status"`
	// ResponseHeader, Trailer and Body are the answer's, the body up to 64 KiB. Informational are the
	// headers of the 1xx answers before it.
	ResponseHeader http.Header `json:"response_header,omitempty"`
	Trailer        http.Header `json:"trailer,omitempty"`
	Informational  http.Header `json:"informational,omitempty"`
	Body           Body        `json:"body,omitempty"`
	// Expected is the answer that the case expected, and About what it asked for, in a few words.
	Expected Expectation `json:"expected,omitempty"`
	About    string      `json:"about,omitempty"`
	// Repeated is set where the request was sent again, as the answer may have been a gateway's, or was lost.
	Repeated bool `json:"repeated,omitempty"`
	// Stayed is set where such an answer came each time, while the endpoint answers other requests.
	Stayed bool `json:"stayed,omitempty"`
	// Err says why no answer came, or why it broke off.
	Err      string    `json:"err,omitempty"`
	Started  time.Time `json:"started"`
	Duration Millis    `json:"duration_ms"`
}

// Expectation is what kind of answer a case expected.
type Expectation string

// The expectations.
const (
	ExpectAccepted     Expectation = "accepted"     // 202
	ExpectRefused      Expectation = "refused"      // a refusal on its merits: 400 or 409
	ExpectUnauthorized Expectation = "unauthorized" // 401
	ExpectMalformed    Expectation = "malformed"    // 401 or 400: unauthorized, and no well-formed request
	ExpectBadID        Expectation = "bad-id"       // 400 or 409, or 401 where the path is decoded before its signature is checked
	ExpectShown        Expectation = "shown"        // 200 with what was asked for
	ExpectOutside      Expectation = "outside"      // no operation of the documents: any refusal
)

// Body is the body of a request or an answer. As JSON it is a string where it is UTF-8, and an object
// with its base64 elsewhere.
type Body []byte

type encodedBody struct {
	Base64 []byte `json:"base64"`
}

// MarshalJSON implements json.Marshaler.
func (b Body) MarshalJSON() ([]byte, error) {
	if utf8.Valid(b) {
		return json.Marshal(string(b))
	}
	return json.Marshal(encodedBody{b})
}

// UnmarshalJSON implements json.Unmarshaler.
func (b *Body) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		*b = Body(text)
		return nil
	}
	var encoded encodedBody
	if err := json.Unmarshal(data, &encoded); err != nil {
		return fmt.Errorf("body: %w", err)
	}
	*b = encoded.Base64
	return nil
}

// moment is a time as JSON keeps it: without a monotonic clock, and in UTC.
func moment(t time.Time) time.Time { return t.Round(0).UTC() }

// Millis is a duration that is written in milliseconds, with three decimals.
type Millis time.Duration

// since is how long ago a time was, to the microsecond, as JSON keeps it.
func since(began time.Time) Millis { return Millis(time.Since(began).Truncate(time.Microsecond)) }

// String implements fmt.Stringer.
func (m Millis) String() string { return time.Duration(m).String() }

// MarshalJSON implements json.Marshaler.
func (m Millis) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(time.Duration(m).Microseconds())/1000, 'f', -1, 64), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (m *Millis) UnmarshalJSON(data []byte) error {
	ms, err := strconv.ParseFloat(string(data), 64)
	if err != nil {
		return fmt.Errorf("milliseconds: %w", err)
	}
	*m = Millis(time.Duration(math.Round(ms*1000)) * time.Microsecond)
	return nil
}
