package codegen_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	virtualserver "github.com/scp-openapi/virtualserver/gen/v1.3"
)

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
		answer := virtualserver.DetachVolumeFromVirtualServerResponse{Body: body, HTTPResponse: &http.Response{StatusCode: status}}
		var refused *virtualserver.Error
		require.ErrorAs(t, answer.Err(), &refused)
		assert.Equal(t, status, refused.StatusCode)
		assert.Equal(t, body, refused.Body)
		const mostOfAll = 4 * 6 * 300 // four texts of 300 characters, each escaped
		assert.Less(t, len(refused.Error()), mostOfAll)
		assert.False(t, strings.ContainsFunc(refused.Error(), func(r rune) bool { return r < ' ' || r == 0x7f }), "%q", refused.Error())
		assert.Equal(t, status == http.StatusConflict, refused.Is(virtualserver.ErrConflict))
	})
}
