package client

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/signing"
)

func TestErrorMessages(t *testing.T) {
	for _, tt := range []struct {
		err  Error
		want string
	}{
		{Error{StatusCode: 409, Want: 202}, "409 Conflict"},
		{Error{StatusCode: 200, Want: 202}, "answered 200 OK, want 202 Accepted"},
		{Error{StatusCode: 204, Want: 200}, "answered 204 No Content, want 200 OK"},
		{Error{StatusCode: 304, Want: 202}, "answered 304 Not Modified, want 202 Accepted"},
		{Error{StatusCode: 307, Detail: "redirects are not followed"}, "307 Temporary Redirect: redirects are not followed"},
		{Error{StatusCode: 499, Want: 202}, "499"},
		{Error{}, "no answer"},
		{
			Error{StatusCode: 400, Want: 202, Code: "ValidationError", Detail: "Not a UUID.", RequestID: "req-1"},
			"400 Bad Request: ValidationError: Not a UUID. (request req-1)",
		},
		{Error{StatusCode: 400, Detail: "two\nlines"}, `400 Bad Request: "two\nlines"`},
		{Error{StatusCode: 401, ClockSkew: 7 * time.Minute}, "401 Unauthorized: the local clock is 7m0s behind the server's"},
		{Error{StatusCode: 401, ClockSkew: -time.Hour}, "401 Unauthorized: the local clock is 1h0m0s ahead of the server's"},
	} {
		assert.Equal(t, tt.want, tt.err.Error())
	}
}

func TestCheck(t *testing.T) {
	require.NoError(t, Check(&http.Response{StatusCode: http.StatusAccepted}, nil, 202))
	require.Error(t, Check(&http.Response{StatusCode: http.StatusOK}, nil, 202))
	require.ErrorContains(t, Check(nil, nil, 202), "no answer")
	require.ErrorContains(t, DetachResult("v", "s", nil, nil), "no answer")
}

// The IDs and what went wrong stand once in the error of a detach, and the chain is kept.
func TestDetachResultNamesTheIDsOnce(t *testing.T) {
	refused := errors.New("connection refused")
	err := DetachResult(volumeID, serverID, nil, &url.Error{Op: "Delete", URL: remote + "/v1/volumes/" + volumeID + "/servers/" + serverID, Err: refused})
	assert.EqualError(t, err, `detach volume "`+volumeID+`" from server "`+serverID+`": connection refused`)
	require.ErrorIs(t, err, refused)
	var sent *url.Error
	require.ErrorAs(t, err, &sent)

	err = DetachResult("..", serverID, nil, Before(t.Context(), Param{"volume_id", ".."}))
	assert.Equal(t, 1, strings.Count(err.Error(), `".."`), err)
}

// A 401 whose Date is far from the timestamp that was signed names the clock.
func TestA401NamesTheClock(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		date   string // of the answer
		want   time.Duration
	}{
		{"in time", 401, signedAt.Format(http.TimeFormat), 0},
		{"a minute", 401, signedAt.Add(time.Minute).Format(http.TimeFormat), 0},
		{"more than a minute behind", 401, signedAt.Add(61 * time.Second).Format(http.TimeFormat), 61 * time.Second},
		{"more than a minute ahead", 401, signedAt.Add(-61 * time.Second).Format(http.TimeFormat), -61 * time.Second},
		{"another refusal", 409, signedAt.Add(time.Hour).Format(http.TimeFormat), 0},
		{"a date that is none", 401, "yesterday", 0},
		{"no date", 401, "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv := listen(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Date"] = nil
				if tt.date != "" {
					w.Header().Set("Date", tt.date)
				}
				w.WriteHeader(tt.status)
			})
			err := detachAt(t.Context(), t, srv.URL)
			var got *Error
			require.ErrorAs(t, err, &got)
			assert.Equal(t, tt.want, got.ClockSkew)
			assert.Equal(t, tt.want != 0, strings.Contains(err.Error(), "clock"))
		})
	}
	for name, resp := range map[string]*http.Response{
		"without a request":    {StatusCode: 401, Header: http.Header{"Date": {signedAt.Format(http.TimeFormat)}}},
		"of an unsigned one":   {StatusCode: 401, Header: http.Header{"Date": {signedAt.Format(http.TimeFormat)}}, Request: &http.Request{}},
		"of an odd timestamp":  {StatusCode: 401, Header: http.Header{"Date": {signedAt.Format(http.TimeFormat)}}, Request: &http.Request{Header: http.Header{signing.HeaderTimestamp: {"now"}}}},
		"of a timestamp in s.": {StatusCode: 409, Header: http.Header{"Date": {signedAt.Format(http.TimeFormat)}}, Request: &http.Request{Header: http.Header{signing.HeaderTimestamp: {strconv.FormatInt(signedAt.Unix(), 10)}}}},
	} {
		assert.Zero(t, clockSkew(resp), name)
	}
}

// FuzzErr reads arbitrary bodies of errors: whatever stands in one, the status is kept, and the message
// fits into a line of a log.
func FuzzErr(f *testing.F) {
	for _, body := range []string{
		"", "no", "<html>", "null", "[]", `{"errors":null}`, `{"errors":[{}]}`,
		`{"errors":[{"code":"ValidationError","detail":["a","b"],"status":400,"request_id":"req-1"}]}`,
		`{"errors":[{"code":"ValidationError","detail":"one"}]}`, `{"errors":[{"code":1,"detail":{}}]}`,
		`{"timestamp":"…","path":"…","status":404,"error":"Not Found","requestId":"1"}`,
		"{\"error\":\"\x1b[2J\\n\\u2028\"}",
	} {
		f.Add(http.StatusConflict, []byte(body))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status == http.StatusAccepted {
			return
		}
		var refused *Error
		require.ErrorAs(t, Check(&http.Response{StatusCode: status}, body, http.StatusAccepted), &refused)
		assert.Equal(t, status, refused.StatusCode)
		assert.Equal(t, body, refused.Body)
		const mostOfAll = 4 * 6 * 300 // four texts of 300 characters, each escaped
		assert.Less(t, len(refused.Error()), mostOfAll)
		assert.False(t, strings.ContainsFunc(refused.Error(), func(r rune) bool { return r < ' ' || r == 0x7f }), "%q", refused.Error())
		assert.Equal(t, status == http.StatusConflict, refused.Is(ErrConflict))
	})
}
