package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A 307 on a path with dots has been seen to make a detach the deletion of a volume, and net/http
// would take the Scp headers along to another host.
func TestNoRedirectIsFollowed(t *testing.T) {
	elsewhere := listen(t, func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("a redirect was followed: %s %s", r.Method, r.RequestURI)
	})
	locations := []struct{ name, location string }{
		{"same host", "/v1/volumes/" + volumeID},
		{"same path", "/v1/volumes/" + volumeID + "/servers/" + serverID},
		{"other host", elsewhere.URL + "/v1/volumes/" + volumeID},
		{"broken", "http://[::1"},
		{"broken escape", "/%zz"},
		{"not a line of text", "/\u2028\u202e\u0085"},
		{"missing", ""},
	}
	for _, status := range []int{
		http.StatusMultipleChoices, http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusNotModified,
		http.StatusUseProxy, http.StatusTemporaryRedirect, http.StatusPermanentRedirect,
	} {
		for _, tt := range locations {
			t.Run(strconv.Itoa(status)+" "+tt.name, func(t *testing.T) {
				var requests atomic.Int32
				srv := listen(t, func(w http.ResponseWriter, _ *http.Request) {
					requests.Add(1)
					if tt.location != "" {
						w.Header().Set("Location", tt.location)
					}
					w.WriteHeader(status)
				})
				err := detachAt(t.Context(), t, srv.URL)
				var got *Error
				require.ErrorAs(t, err, &got)
				assert.Equal(t, status, got.StatusCode)
				assert.Equal(t, status != http.StatusNotModified, strings.Contains(got.Detail, "redirects are not followed"))
				assert.EqualValues(t, 1, requests.Load(), "requests")
				assertOneLine(t, err)
			})
		}
	}
}

// assertOneLine: an error ends up in a log, and no server may write lines of its own there.
func assertOneLine(t testing.TB, err error) {
	t.Helper()
	assert.Equal(t, -1, strings.IndexFunc(err.Error(), func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\u202e'
	}), "%q is one line", err.Error())
}

// errorForms is what a service, a gateway and whatever is between may answer.
var errorForms = []struct {
	name   string
	status int
	body   string
	// What is read of it.
	code, detail, requestID string
	is                      error
}{
	{
		"the service's form, one detail", http.StatusConflict,
		`{"errors":[{"code":"VirtualServer.Conflict","detail":"The volume is not attached.","title":"Conflict","status":409,"request_id":"req-1","global_request_id":"req-2","links":[],"related_resources":[],"response":null}]}`,
		"VirtualServer.Conflict", "The volume is not attached.", "req-1", ErrConflict,
	},
	{
		"the service's form, several details", http.StatusBadRequest,
		`{"errors":[{"code":"ValidationError","detail":["Not a UUID.","Too short."],"title":"ValidationError","status":400,"request_id":"req-1"}]}`,
		"ValidationError", "Not a UUID.; Too short.", "req-1", ErrBadRequest,
	},
	{
		"the service's form, a title and no code", http.StatusUnauthorized,
		`{"errors":[{"title":"HmacValidFail","detail":[],"request_id":"req-1"}]}`,
		"HmacValidFail", "", "req-1", ErrUnauthorized,
	},
	{
		"the service's form, no detail", http.StatusInternalServerError,
		`{"errors":[{"code":"ContactAdminForAssistance","detail":null,"request_id":"req-1"}]}`,
		"ContactAdminForAssistance", "", "req-1", nil,
	},
	{
		"the gateway's form", http.StatusNotFound,
		`{"timestamp":"2026-07-01T00:00:00Z","path":"/v1/volumes","status":404,"error":"Not Found","requestId":"gw-1"}`,
		"", "Not Found", "gw-1", ErrNotFound,
	},
	{"empty", http.StatusConflict, "", "", "", "", ErrConflict},
	{"HTML", http.StatusBadGateway, "<html><body>Bad Gateway</body></html>", "", "", "", nil},
	{"broken JSON", http.StatusConflict, `{"errors":[{"code":"Conf`, "", "", "", ErrConflict},
	{"a JSON array", http.StatusBadRequest, `[{"code":"ValidationError"}]`, "", "", "", ErrBadRequest},
	{"JSON null", http.StatusConflict, `null`, "", "", "", ErrConflict},
	{"a JSON string", http.StatusUnauthorized, `"no"`, "", "", "", ErrUnauthorized},
	{"no errors in the list", http.StatusConflict, `{"errors":[]}`, "", "", "", ErrConflict},
	{"errors that are no list", http.StatusConflict, `{"errors":"none","requestId":"gw-1"}`, "", "", "gw-1", ErrConflict},
	{
		"lines and control characters", http.StatusConflict,
		`{"errors":[{"code":"A\nB","detail":["one\r\nlevel=error msg=forged","\u001b[31mred\u0007","\u2028\u202e"],"request_id":"req\n1"}]}`,
		"A\nB", "one\r\nlevel=error msg=forged; \x1b[31mred\a; \u2028\u202e", "req\n1", ErrConflict,
	},
	{"bytes that are no text", http.StatusBadRequest, "\xff\xfe\x00\n\x1b[2J", "", "", "", ErrBadRequest},
	{"a status without a name", 499, `{}`, "", "", "", nil},
	{"a success that is not the documented one", http.StatusOK, `{}`, "", "", "", nil},
	{"no content", http.StatusNoContent, "", "", "", "", nil},
}

func TestTheStatusStandsWhateverTheBodyIs(t *testing.T) {
	for _, tt := range errorForms {
		t.Run(tt.name, func(t *testing.T) {
			srv := listen(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			})
			resp := &http.Response{StatusCode: tt.status}
			for name, err := range map[string]error{
				"detach": detachAt(t.Context(), t, srv.URL),
				"Check":  Check(resp, []byte(tt.body), http.StatusAccepted),
			} {
				var got *Error
				require.ErrorAs(t, err, &got, name)
				assert.Equal(t, tt.status, got.StatusCode, name)
				assert.Equal(t, http.StatusAccepted, got.Want, name)
				assert.Equal(t, tt.code, got.Code, name)
				assert.Equal(t, tt.detail, got.Detail, name)
				assert.Equal(t, tt.requestID, got.RequestID, name)
				assert.Equal(t, tt.body, string(got.Body), "%s: the body as it came", name)
				assertOneLine(t, err)
				assert.ErrorContains(t, err, strconv.Itoa(tt.status))
				for _, refusal := range []error{ErrBadRequest, ErrUnauthorized, ErrNotFound, ErrConflict} {
					assert.Equal(t, errors.Is(tt.is, refusal), errors.Is(err, refusal), "%s is %v", name, refusal)
				}
				if name == "detach" {
					assert.Equal(t, 1, strings.Count(err.Error(), volumeID), err)
					assert.Equal(t, 1, strings.Count(err.Error(), serverID), err)
				}
			}
		})
	}
}

// A message of a megabyte is for the Body, not for a line of a log.
func TestAnErrorIsShortHoweverLongTheMessage(t *testing.T) {
	long := strings.Repeat("길", 100_000)
	srv := listen(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusConflict)
		fmt.Fprintf(w, `{"errors":[{"code":%q,"detail":%q,"request_id":%q}]}`, long, long, long)
	})
	err := detachAt(t.Context(), t, srv.URL)
	var got *Error
	require.ErrorAs(t, err, &got)
	assert.Equal(t, long, got.Detail)
	assert.Less(t, len(err.Error()), 5000)
}

// cut answers with a status line, headers and the start of a body, and closes the connection.
func cut(answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, out, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		_, _ = out.WriteString(answer)
		_ = out.Flush()
	}
}

// until is a handler that starts an answer and then keeps silent until the client closes the connection.
func until(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
}

// plenty is so much more than a client may read that it might as well be without end.
const plenty = 64 * MaxBody

// endless writes a body until the client stops reading.
func endless(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		chunk := bytes.Repeat([]byte(" "), 1<<16)
		for range plenty / len(chunk) {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
}

// The status came before the body broke: it is what happened.
func TestTheStatusStandsWhenTheBodyBreaks(t *testing.T) {
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		detail  string
	}{
		{"cut short of its length", cut("HTTP/1.1 409 Conflict\r\nContent-Length: 100\r\n\r\n{\"err"), "broke off"},
		{"cut in a chunk", cut("HTTP/1.1 409 Conflict\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{\"err"), "broke off"},
		{"chunks that are none", cut("HTTP/1.1 409 Conflict\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "broke off"},
		{"no gzip, though it says so", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.WriteHeader(http.StatusConflict)
			_, _ = io.WriteString(w, "plain")
		}, "broke off"},
		{"never ends", endless(http.StatusConflict), "longer than 1048576 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv := listen(t, tt.handler)
			err := detachAt(t.Context(), t, srv.URL)
			assertOneLine(t, err)
			var got *Error
			require.ErrorAs(t, err, &got)
			assert.Equal(t, http.StatusConflict, got.StatusCode)
			assert.Contains(t, got.Detail, tt.detail)
			assert.ErrorIs(t, err, ErrConflict)
			assert.LessOrEqual(t, len(got.Body), MaxBody)
		})
	}
}

// stalled is a body that never comes, and ends with the request's context.
type stalled struct{ context.Context }

func (s stalled) Read([]byte) (int, error) {
	<-s.Done()
	return 0, s.Err()
}

func (stalled) Close() error { return nil }

// The timeout bounds the reading of the body too. What came before it, the status, stands.
func TestTheStatusStandsWhenTheTimeoutStrikesInTheBody(t *testing.T) {
	// The answer is made here: over a network it might come after so short a timeout.
	err := detachAt(t.Context(), t, remote, WithTimeout(20*time.Millisecond),
		WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusConflict, Body: stalled{req.Context()}, Header: http.Header{}, Request: req}, nil
		})))
	require.ErrorIs(t, err, ErrConflict)
	assert.ErrorContains(t, err, "broke off")
}

// 202 is the whole of the answer: the detach goes on, whatever becomes of its body.
func TestAcceptedIsAcceptedWhateverTheBodyIs(t *testing.T) {
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
	}{
		{"empty", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }},
		{"cut", cut("HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\n{")},
		{"chunks that are none", cut("HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")},
		{"an error's body", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusAccepted)
			_, _ = io.WriteString(w, `{"errors":[{"code":"Conflict"}]}`)
		}},
		{"never ends", endless(http.StatusAccepted)},
		{"stops", until(http.StatusAccepted, "{")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv := listen(t, tt.handler)
			require.NoError(t, detachAt(t.Context(), t, srv.URL))
		})
	}
}

// zeros is a body without end that counts what is read of it.
type zeros struct{ read int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.read > plenty {
		return 0, io.EOF
	}
	z.read += int64(len(p))
	return len(p), nil
}

func (*zeros) Close() error { return nil }

func TestABodyIsBounded(t *testing.T) {
	body := new(zeros)
	err := detachAt(t.Context(), t, remote, WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusConflict, Body: body, Header: http.Header{}, Request: req, ProtoMajor: 1, ProtoMinor: 1}, nil
	})))
	require.ErrorIs(t, err, ErrConflict)
	// One more tells a body that just fits from one that does not.
	assert.LessOrEqual(t, body.read, int64(MaxBody+1))
}

// The bound is no trap for what just fits.
func TestABodyOfTheGreatestLengthIsRead(t *testing.T) {
	const answer = `{"errors":[{"code":"Conflict"}]}`
	for _, tt := range []struct {
		name   string
		length int
		code   string
		detail string
	}{
		{"fits", MaxBody, "Conflict", ""},
		{"one more", MaxBody + 1, "", "the body of the answer is longer than 1048576 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv := listen(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusConflict)
				_, _ = io.WriteString(w, answer+strings.Repeat(" ", tt.length-len(answer)))
			})
			err := detachAt(t.Context(), t, srv.URL)
			var got *Error
			require.ErrorAs(t, err, &got)
			assert.Equal(t, tt.code, got.Code)
			assert.Equal(t, tt.detail, got.Detail)
			assert.Len(t, got.Body, MaxBody)
		})
	}
}

func TestASilentServerIsNotWaitedFor(t *testing.T) {
	srv := listen(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	err := detachAt(t.Context(), t, srv.URL, WithTimeout(50*time.Millisecond))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	var answer *Error
	assert.False(t, errors.As(err, &answer), "there was no answer")
}
