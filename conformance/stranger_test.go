package conformance_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/cases"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/signing"
)

// TestStrangersCaseIsGuarded has cases from outside that ask for more than their class: nothing goes out.
func TestStrangersCaseIsGuarded(t *testing.T) {
	const attached = "/v1/volumes/" + mock.VolumeID + "/servers/" + mock.ServerID
	theirs := func(id string, harm conformance.Harm, r conformance.Request) conformance.Case {
		return conformance.Case{ID: id, Family: "theirs", Harm: harm, Ask: func(ctx context.Context, t *conformance.Trial) error {
			_, _ = t.Send(ctx, r) // whatever it makes of the answer
			return nil
		}}
	}
	pair := conformance.Pair{Volume: mock.VolumeID, Server: mock.ServerID}
	beyond := []conformance.Case{
		theirs("reads-and-detaches", conformance.HarmReads, conformance.Request{Pair: pair}),
		theirs("reads-and-attaches", conformance.HarmReads, conformance.Request{Operation: conformance.Attach, Pair: pair}),
		theirs("refused-and-detaches", conformance.HarmRefused, conformance.Request{Pair: pair}),
		theirs("refused-and-detaches-raw", conformance.HarmRefused, conformance.Request{Path: attached}),
		theirs("detaches-the-os-volume", conformance.HarmDetaches, conformance.Request{Pair: conformance.Pair{Volume: mock.OSVolumeID, Server: mock.ServerID}}),
		theirs("deletes-a-volume", conformance.HarmDangerous, conformance.Request{Path: "/v1/volumes/" + mock.VolumeID}),
		theirs("deletes-a-server", conformance.HarmDangerous, conformance.Request{Path: "/v1/volumes/../servers/" + mock.ServerID}),
		theirs("detaches-elsewhere", conformance.HarmDangerous, conformance.Request{Pair: pair, Change: func(r *http.Request) { r.URL.Host = "127.0.0.1:1" }}),
		theirs("detaches-what-a-header-says", conformance.HarmDangerous, conformance.Request{Pair: pair, Change: func(r *http.Request) {
			r.Header.Set("X-Http-Method-Override", "PURGE")
		}}),
	}
	keys := signing.Credentials{AccessKey: "ak", SecretKey: signing.Secret("sk")}
	service, err := mock.New([]signing.Credentials{keys})
	require.NoError(t, err)
	var out []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out = append(out, r.Method+" "+r.RequestURI)
		service.ServeHTTP(w, r)
	}))
	defer server.Close()
	ours, err := cases.Select("detach-accepted")
	require.NoError(t, err)
	config := conformance.Config{
		Endpoint: server.URL, Credentials: keys, Cases: beyond, Harm: conformance.HarmDangerous,
		Clients: gen.Clients()[len(gen.Clients())-1:], Seed: 1,
		Fixture: conformance.Fixture{Volume: mock.VolumeID, Server: mock.ServerID, OSVolume: mock.OSVolumeID},
	}
	report, err := conformance.Run(t.Context(), config)
	require.NoError(t, err)
	assert.Equal(t, []string{"GET /"}, out, "nothing went out but the first look")
	for _, r := range report.Results {
		assert.Equal(t, conformance.Error, r.Verdict, r.Case.ID)
		assert.Contains(t, r.Reason(), "guard blocked", r.Case.ID)
	}
	assert.Equal(t, conformance.ExitNotJudged, report.ExitCode)

	config.Cases = slices.Concat(ours, beyond)
	report, err = conformance.Run(t.Context(), config)
	require.NoError(t, err)
	assert.Equal(t, conformance.Pass, report.Results[0].Verdict, "ours run beside them: %s", report.Results[0].Reason())
	assert.Equal(t, len(beyond), report.Counts.Error)
}
