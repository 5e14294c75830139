package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/signing"
)

// The sentinels of refusals, for [errors.Is]. No document has 404, but live services answer it for unknown
// IDs [field].
var (
	ErrBadRequest   = errors.New("400 Bad Request")
	ErrUnauthorized = errors.New("401 Unauthorized")
	ErrNotFound     = errors.New("404 Not Found")
	ErrConflict     = errors.New("409 Conflict")
)

// An Error is an answer other than the documented success. Fields that the body did not fill are empty;
// the status is always there, whatever the body was.
type Error struct {
	StatusCode int
	// Want is the documented status of success, such as 202, or 0 for an answer that was refused
	// before it was read.
	Want int
	// Code is the service's name for the error, such as ValidationError.
	Code string
	// Detail is the service's message, for people and not for programs.
	Detail string
	// RequestID is what the vendor's support asks for.
	RequestID string
	// Body is the body as it came, up to MaxBody bytes.
	Body []byte
	// ClockSkew is how far the client's clock is behind the server's, negative if it is ahead. It is set
	// for a 401 alone, and if it exceeds MaxClockSkew.
	ClockSkew time.Duration

	cause error // why the body broke off
}

// MaxClockSkew is the largest difference between the clocks of client and server that the error of a 401
// does not mention.
const MaxClockSkew = time.Minute

// Unwrap returns why the body of the answer broke off, if it did.
func (e *Error) Unwrap() error { return e.cause }

// Is reports whether target is the sentinel of the status of e.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrBadRequest:
		return e.StatusCode == http.StatusBadRequest
	case ErrUnauthorized:
		return e.StatusCode == http.StatusUnauthorized
	case ErrNotFound:
		return e.StatusCode == http.StatusNotFound
	case ErrConflict:
		return e.StatusCode == http.StatusConflict
	}
	return false
}

// Error returns one line: the status, and what the body said, cut and quoted where it would not fit
// into a log.
func (e *Error) Error() string {
	var b strings.Builder
	switch {
	case e.StatusCode == 0:
		b.WriteString("no answer")
	case e.Want != 0 && e.StatusCode < http.StatusBadRequest:
		fmt.Fprintf(&b, "answered %s, want %s", status(e.StatusCode), status(e.Want))
	default:
		b.WriteString(status(e.StatusCode))
	}
	for _, text := range []string{e.Code, e.Detail} {
		if text != "" {
			b.WriteString(": " + printable(text))
		}
	}
	if e.ClockSkew != 0 {
		b.WriteString(": " + e.clock())
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request %s)", printable(e.RequestID))
	}
	return b.String()
}

func (e *Error) clock() string {
	if e.ClockSkew > 0 {
		return fmt.Sprintf("the local clock is %s behind the server's", e.ClockSkew)
	}
	return fmt.Sprintf("the local clock is %s ahead of the server's", -e.ClockSkew)
}

func status(code int) string {
	return strings.TrimSpace(strconv.Itoa(code) + " " + http.StatusText(code))
}

// printable cuts and quotes a server's words so that they fit into a line of a log.
func printable(s string) string {
	const most = 300
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	if quoted := strconv.Quote(s); quoted != `"`+s+`"` {
		return quoted
	}
	return s
}

// Check returns nil for an answer with the documented status of success, and an *[Error] for any other.
// The body was read already.
func Check(resp *http.Response, body []byte, want int) error {
	switch {
	case resp == nil:
		return &Error{Want: want, Body: body}
	case resp.StatusCode == want:
		return nil
	}
	return newError(resp, body, want, nil)
}

// DetachResult makes one error, or none, of what a detach returned. It closes the answer. The IDs stand
// once in the error.
func DetachResult(volumeID, serverID string, resp *http.Response, err error) error {
	if err == nil {
		err = finish(resp, http.StatusAccepted)
	}
	var id *IDError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &id):
		return fmt.Errorf("detach: %w", err)
	}
	return fmt.Errorf("detach volume %q from server %q: %w", volumeID, serverID, withoutURL(err))
}

// finish reads and closes an answer. The body of a success is not waited for: the status is the whole
// of it, and what was accepted goes on whatever becomes of the body.
func finish(resp *http.Response, want int) error {
	if resp == nil {
		return &Error{Want: want}
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode == want {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxBody+1)) // one more shows that it is too long
	return newError(resp, body, want, err)
}

// withoutURL leaves out of a message the URL that net/http puts there: its IDs are named already.
func withoutURL(err error) error {
	if sent, ok := err.(*url.Error); ok { //nolint:errorlint // only the outermost is taken off
		return &unaddressed{sent}
	}
	return err
}

type unaddressed struct{ sent *url.Error }

func (e *unaddressed) Error() string { return e.sent.Err.Error() }
func (e *unaddressed) Unwrap() error { return e.sent }

// newError reads the body of an answer: in the service's form, in the gateway's, or in neither [field].
func newError(resp *http.Response, body []byte, want int, readErr error) *Error {
	e := &Error{StatusCode: resp.StatusCode, Want: want, Body: body, ClockSkew: clockSkew(resp)}
	var answer struct {
		Errors []struct {
			Code      string
			Title     string
			Detail    messages
			RequestID string `json:"request_id"`
		}
		Error     string
		RequestID string `json:"requestId"`
	}
	// A body that is not JSON, or other JSON, leaves the fields empty; the status stands.
	_ = json.Unmarshal(body, &answer)
	switch {
	case readErr != nil:
		e.Detail, e.cause = readErr.Error(), readErr
		var broken *Error
		if errors.As(readErr, &broken) {
			e.Detail, e.cause = broken.Detail, broken.cause
		}
	case len(answer.Errors) > 0:
		first := answer.Errors[0]
		e.Code, e.Detail, e.RequestID = first.Code, strings.Join(first.Detail, "; "), first.RequestID
		if e.Code == "" {
			e.Code = first.Title
		}
	default:
		e.Detail, e.RequestID = answer.Error, answer.RequestID
	}
	return e
}

// clockSkew compares the Date of a 401 with the timestamp that its request was signed with, which is
// the local clock as the server saw it.
func clockSkew(resp *http.Response) time.Duration {
	if resp.StatusCode != http.StatusUnauthorized || resp.Request == nil {
		return 0
	}
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return 0
	}
	millis, err := strconv.ParseInt(resp.Request.Header.Get(signing.HeaderTimestamp), 10, 64)
	if err != nil {
		return 0
	}
	skew := date.Sub(time.UnixMilli(millis)).Round(time.Second) // as precise as a Date is
	if skew.Abs() <= MaxClockSkew {
		return 0
	}
	return skew
}

// messages is one text or several: the service sends either [field]. Anything else is none.
type messages []string

// UnmarshalJSON implements [json.Unmarshaler].
func (m *messages) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*m = messages{one}
		return nil
	}
	var several []string
	if json.Unmarshal(data, &several) == nil {
		*m = several
	}
	return nil
}
