package mock_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/signing"
)

// ask sends a request to the control API of a mock.
func askControl(t *testing.T, m *mock.Server, method, path, body string, header ...string) (int, string) {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, "http://127.0.0.1:8081"+path, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	m.Control().ServeHTTP(w, req)
	return w.Code, w.Body.String()
}

func TestControlAPI(t *testing.T) {
	const world = `{"servers":["s"],"volumes":[{"id":"v","name":"data","state":"in-use","size":20,"type":"SSD","encrypted":true,"servers":["s"]}]}`
	s, m := controlled(t)

	code, body := askControl(t, m, http.MethodPut, "/world", world)
	require.Equal(t, http.StatusOK, code, body)
	assert.JSONEq(t, world, body)
	s.requireVolume("v", mock.StateInUse, "s")
	code, body = askControl(t, m, http.MethodGet, "/world", "")
	require.Equal(t, http.StatusOK, code)
	assert.JSONEq(t, world, body)

	code, body = askControl(t, m, http.MethodPatch, "/settings", `{"day":"20260831","delay":"90s","defects":["accepted-200"]}`)
	require.Equal(t, http.StatusOK, code, body)
	assert.JSONEq(t, `{"day":"2026-08-31","delay":"1m30s","defects":["accepted-200"]}`, body)
	code, body = askControl(t, m, http.MethodPatch, "/settings", `{"delay":"0s"}`)
	require.Equal(t, http.StatusOK, code, body)
	assert.JSONEq(t, `{"day":"2026-08-31","delay":"0s","defects":["accepted-200"]}`, body, "what is not named stays")
	assert.Equal(t, http.StatusOK, s.detach("v", "s"))
	code, body = askControl(t, m, http.MethodPatch, "/settings", `{"day":"","defects":[]}`)
	require.Equal(t, http.StatusOK, code, body)
	assert.JSONEq(t, `{"day":"2026-04-01","delay":"0s","defects":[]}`, body)

	code, body = askControl(t, m, http.MethodGet, "/requests", "")
	require.Equal(t, http.StatusOK, code)
	var seen []mock.Request
	require.NoError(t, json.Unmarshal([]byte(body), &seen))
	assert.Equal(t, m.Requests(), seen)
	require.Len(t, seen, 2)
	assert.NotContains(t, body, credentials.AccessKey)

	code, body = askControl(t, m, http.MethodDelete, "/requests", "")
	require.Equal(t, http.StatusOK, code)
	assert.JSONEq(t, "[]", body)
	assert.Empty(t, m.Requests())

	code, _ = askControl(t, m, http.MethodPost, "/reset", "")
	require.Equal(t, http.StatusOK, code)
	s.requireVolume(mock.VolumeID, mock.StateInUse, mock.ServerID)
}

// TestControlRefuses: a request that cannot be right changes nothing, and is answered with a sentence as JSON.
func TestControlRefuses(t *testing.T) {
	many := strings.Repeat(`"s",`, 1000)
	for _, tt := range []struct {
		name               string
		method, path, body string
		header             []string
		status             int
		says               string
	}{
		{"an unknown path", http.MethodGet, "/worlds", "", nil, http.StatusNotFound, "its paths are /requests, /reset, /settings, /world"},
		{"the root", http.MethodGet, "/", "", nil, http.StatusNotFound, "its paths are"},
		{"a path of the API", http.MethodDelete, detachPath, "", nil, http.StatusNotFound, "its paths are"},
		{"another method", http.MethodPost, "/world", "{}", nil, http.StatusMethodNotAllowed, `/world takes GET, PUT, not "POST"`},
		{"a reset by a link", http.MethodGet, "/reset", "", nil, http.StatusMethodNotAllowed, "/reset takes POST"},
		{"no body", http.MethodPut, "/world", "", nil, http.StatusBadRequest, "the body is empty"},
		{"null", http.MethodPut, "/world", "null", nil, http.StatusBadRequest, "the body is null"},
		{"no JSON", http.MethodPut, "/world", "servers: [s]", nil, http.StatusBadRequest, "the body cannot be read"},
		{"two objects", http.MethodPut, "/world", `{"volumes":[{"id":"v"}]}{}`, nil, http.StatusBadRequest, "more than one JSON object"},
		{"a misspelled field", http.MethodPut, "/world", `{"volume":[]}`, nil, http.StatusBadRequest, `unknown field "volume"`},
		{"a world that cannot be", http.MethodPut, "/world", `{"volumes":[{"id":"v","servers":["s"]}]}`, nil, http.StatusBadRequest, "server s, which is not listed"},
		{"a crowded world", http.MethodPut, "/world", `{"servers":[` + many + `"s"]}`, nil, http.StatusBadRequest, "more than 1000"},
		{"a long body", http.MethodPut, "/world", `{"servers":["` + strings.Repeat("s", 300<<10), nil, http.StatusRequestEntityTooLarge, "longer than 262144 bytes"},
		{"an unknown defect, beside a delay", http.MethodPatch, "/settings", `{"delay":"1h","defects":["nothing"]}`, nil, http.StatusBadRequest, `unknown defect "nothing"`},
		{"a negative delay", http.MethodPatch, "/settings", `{"delay":"-1s"}`, nil, http.StatusBadRequest, "is negative"},
		{"a delay in numbers", http.MethodPatch, "/settings", `{"delay":5}`, nil, http.StatusBadRequest, "the body cannot be read"},
		{"a delay without a unit", http.MethodPatch, "/settings", `{"delay":"5"}`, nil, http.StatusBadRequest, "is not a duration such as 10s"},
		{"no day", http.MethodPatch, "/settings", `{"day":"2026-02-31"}`, nil, http.StatusBadRequest, "is not a date"},
		{"a web page", http.MethodPost, "/reset", "", []string{"Sec-Fetch-Site", "cross-site"}, http.StatusForbidden, ""},
		{"a web page of old", http.MethodPost, "/reset", "", []string{"Origin", "https://example.com"}, http.StatusForbidden, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, m := controlled(t)
			before, settings := m.World(), fmt.Sprint(m.Day(), m.Delay(), m.Defects())
			s.ask(http.MethodGet, "/v1/volumes/"+mock.VolumeID) // which a reset would forget
			code, body := askControl(t, m, tt.method, tt.path, tt.body, tt.header...)
			assert.Equal(t, tt.status, code, body)
			if tt.says != "" {
				var said map[string]string
				require.NoError(t, json.Unmarshal([]byte(body), &said), body)
				assert.Contains(t, said["error"], tt.says)
				assert.Less(t, len(said["error"]), 400)
			}
			assert.Equal(t, before, m.World())
			assert.Equal(t, settings, fmt.Sprint(m.Day(), m.Delay(), m.Defects()))
			assert.Len(t, m.Requests(), 1)
		})
	}
}

// Tests in any language set what the mock holds, and look at what it was asked, over HTTP.
func ExampleServer_Control() {
	service, err := mock.New([]signing.Credentials{{AccessKey: "ak", SecretKey: signing.Secret("sk")}})
	if err != nil {
		fmt.Println(err)
		return
	}
	api, control := httptest.NewServer(service), httptest.NewServer(service.Control())
	defer api.Close()
	defer control.Close()

	ctx := context.Background()
	ask := func(method, path, body string) string {
		req, err := http.NewRequestWithContext(ctx, method, control.URL+path, strings.NewReader(body))
		if err != nil {
			return err.Error()
		}
		resp, err := control.Client().Do(req)
		if err != nil {
			return err.Error()
		}
		defer resp.Body.Close()
		answer, err := io.ReadAll(resp.Body)
		if err != nil {
			return err.Error()
		}
		return string(answer)
	}
	ask(http.MethodPut, "/world", `{"servers": ["web"], "volumes": [{"id": "data", "servers": ["web"]}]}`)
	fmt.Println("accepted:", detach(ctx, api.URL, "ak", "sk", "data", "web") == nil)

	var seen []mock.Request
	if err := json.Unmarshal([]byte(ask(http.MethodGet, "/requests", "")), &seen); err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range seen {
		fmt.Println(r.Method, r.Path, r.APIVersion, r.SignatureValid, r.Status)
	}
	fmt.Print(ask(http.MethodPatch, "/settings", `{"delay": "soon"}`))
	// Output:
	// accepted: true
	// DELETE /v1/volumes/data/servers/web virtualserver 1.3 true 202
	// {
	//   "error": "the body cannot be read: delay \"soon\" is not a duration such as 10s or 1m30s"
	// }
}
