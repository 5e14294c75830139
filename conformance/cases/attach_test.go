//go:build mutants

package cases_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/signing"
)

// view changes how the mock shows volumes. What it does may depend on the attaches that were asked for so far:
// those that were accepted, and those that were refused.
type view struct {
	next              http.Handler
	accepted, refused atomic.Int64
	change            func(v *view, r *http.Request, shown map[string]any)
}

func (v *view) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := httptest.NewRecorder()
	v.next.ServeHTTP(answer, r)
	body := answer.Body.Bytes()
	switch {
	case r.Method == http.MethodPost && answer.Code == http.StatusAccepted:
		v.accepted.Add(1)
	case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/servers"):
		v.refused.Add(1)
	case r.Method == http.MethodGet && answer.Code == http.StatusOK && r.URL.Path != "/":
		var shown map[string]any
		if json.Unmarshal(body, &shown) == nil {
			v.change(v, r, shown)
			body, _ = json.Marshal(shown)
		}
	}
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = bytes.NewReader(body).WriteTo(w)
}

func isVolume(shown map[string]any, id string) bool { return shown["id"] == id }

// TestCloseLooks: whatever changes with an attach that it does not name is seen, and what is free is not minded.
func TestCloseLooks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		want   string // the case that notices; none for what is free
		change func(v *view, r *http.Request, shown map[string]any)
	}{
		{"the spare volume grows with each attach", "detach-nothing-else", func(v *view, _ *http.Request, shown map[string]any) {
			if isVolume(shown, mock.SpareID) {
				shown["size"] = 10 + v.accepted.Load()
			}
		}},
		{"an attach loses the throughput of the OS volume", "detach-nothing-else", func(v *view, _ *http.Request, shown map[string]any) {
			if isVolume(shown, mock.OSVolumeID) && v.accepted.Load()%2 == 1 {
				shown["max_throughput"] = nil
				shown["max_iops"] = 1
			}
		}},
		{"a refused attach changes the type of the volume", "attach-refused", func(v *view, _ *http.Request, shown map[string]any) {
			if isVolume(shown, mock.VolumeID) && v.refused.Load() > 0 {
				shown["volume_type"] = "HDD"
			}
		}},
		{"a refused attach encrypts the shared volume", "detach-nothing-else", func(v *view, _ *http.Request, shown map[string]any) {
			if isVolume(shown, mock.SharedID) && v.refused.Load() > 2 {
				shown["encrypted"] = true
			}
		}},
		{"a volume is attached since tomorrow's tomorrow", "attach-accepted", func(_ *view, _ *http.Request, shown map[string]any) {
			for _, s := range shown["servers"].([]any) {
				s.(map[string]any)["attached_at"] = time.Now().Add(48 * time.Hour).Format(time.RFC3339)
			}
		}},

		{"no device and no time is shown", "", func(_ *view, _ *http.Request, shown map[string]any) {
			for _, s := range shown["servers"].([]any) {
				s.(map[string]any)["device"], s.(map[string]any)["attached_at"] = nil, nil
			}
		}},
		{"times are those of Korea, without a zone", "", func(_ *view, _ *http.Request, shown map[string]any) {
			for _, s := range shown["servers"].([]any) {
				since, _ := time.Parse(time.RFC3339, s.(map[string]any)["attached_at"].(string))
				s.(map[string]any)["attached_at"] = since.Add(9 * time.Hour).Format(time.RFC3339)
			}
		}},
		{"servers are listed the other way round", "", func(_ *view, _ *http.Request, shown map[string]any) {
			if list := shown["servers"].([]any); len(list) == 2 {
				shown["servers"] = []any{list[1], list[0]}
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m, err := mock.New([]signing.Credentials{mockKeys}, mock.WithDelay(2*time.Millisecond))
			require.NoError(t, err)
			clients := gen.Clients()
			report := judge(t, &view{next: m, change: c.change}, named(t, "attach-*", "form-show", "detach-nothing-else"), clients[len(clients)-1:])
			if c.want == "" {
				assert.Equal(t, conformance.ExitOK, report.ExitCode, "%s", say(report))
				return
			}
			assert.Contains(t, proved(report), c.want, "%s", say(report))
		})
	}
}
