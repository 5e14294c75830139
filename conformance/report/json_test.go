package report_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report"
)

// TestJSON: what is written is read back as it was, and holds nothing that a terminal obeys.
func TestJSON(t *testing.T) {
	want := everything()
	for i := range want.Results {
		want.Results[i].Attempts = nil
	}
	want.Results[0].Attempts = []conformance.Attempt{{
		Verdict: conformance.Pass,
		Exchanges: []conformance.Exchange{{
			Method: http.MethodDelete, URL: "http://127.0.0.1:8080/v1/volumes/a/servers/b?<&>",
			RequestHeader: http.Header{"Scp-Clienttype": {"Openapi"}},
			Status:        http.StatusConflict, Body: conformance.Body("볼륨 \u009b32m\x1b[2J\u202e\U000e0041\x7f\r\n"),
		}, {
			Status: http.StatusOK, Body: conformance.Body{0xff, 0xfe, 0},
		}},
	}}
	var out bytes.Buffer
	require.NoError(t, report.JSON(&out, want))
	assert.NotRegexp(t, `[\x00-\x09\x0b-\x1f\x7f\x{80}-\x{9f}\x{202e}\x{e0041}]`, out.String())
	assert.Contains(t, out.String(), "볼륨")
	assert.Contains(t, out.String(), "b?<&>")
	assert.Contains(t, out.String(), "\n  \"endpoint\"")
	var got conformance.Report
	require.NoError(t, json.Unmarshal(out.Bytes(), &got))
	assert.Equal(t, want, &got)
}
