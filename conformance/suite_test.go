package conformance

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "16"); err != nil { // what runs side by side here waits, most of the time
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

var (
	credentials = signing.Credentials{AccessKey: "alice-access", SecretKey: signing.Secret("alice-secret-0123456789")}

	// mockFixture is what of the mock's default world may be touched.
	mockFixture = Fixture{
		Volume: mock.VolumeID, Server: mock.ServerID, SpareVolume: mock.SpareID,
		OtherServer: mock.OtherServerID, SharedVolume: mock.SharedID, OSVolume: mock.OSVolumeID,
	}

	// judged is the day judged, and the mock's. On it 1.0 has ended, and 1.3 is CURRENT.
	judged = lifecycle.Day(2026, time.April, 1)
)

// configFor allows everything, of the newest version, and waits for nothing for long.
func configFor(t *testing.T, endpoint string, cases ...Case) Config {
	t.Helper()
	return Config{
		Endpoint:    endpoint,
		Credentials: credentials,
		Clients:     newestClient(),
		Cases:       cases,
		Fixture:     mockFixture,
		Harm:        HarmDangerous,
		Day:         judged,
		Timeout:     2 * time.Second,
		Settle:      2 * time.Second,
		Linger:      10 * time.Millisecond,
		Seed:        1,
		// net/http sends nothing again by itself on a fresh connection: requests can be counted.
		Transport: &http.Transport{DisableKeepAlives: true},
	}
}

func startServer(t *testing.T, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func newMock(t *testing.T, opts ...mock.Option) http.Handler {
	t.Helper()
	handler, err := mock.New([]signing.Credentials{credentials}, append([]mock.Option{mock.WithDay(judged)}, opts...)...)
	require.NoError(t, err)
	return handler
}

func run(t *testing.T, config Config) *Report {
	t.Helper()
	report, err := Run(t.Context(), config)
	require.NoError(t, err)
	return report
}

// runOne runs a config of one case and one version, and returns its result.
func runOne(t *testing.T, config Config) Result {
	t.Helper()
	report := run(t, config)
	require.Len(t, report.Results, 1)
	return report.Results[0]
}

// newestClient is enough where it is not the versions that are tested.
func newestClient() []gen.Client { return gen.Clients()[len(gen.Clients())-1:] }

// ask is a case of one question.
func ask(id string, harm Harm, question func(context.Context, *Trial) error) Case {
	return Case{ID: id, Family: "tests", Summary: "a test asks", Harm: harm, Ask: question}
}

// end is a question that ends so.
func end(err error) func(context.Context, *Trial) error {
	return func(context.Context, *Trial) error { return err }
}

// listVersions asks for GET /.
func listVersions(ctx context.Context, t *Trial) error {
	_, err := t.Send(ctx, Request{Operation: ListVersions, Expect: ExpectShown, About: "version discovery"})
	return err
}

// detachUnused asks for a detach of unused IDs.
func detachUnused(ctx context.Context, t *Trial) error {
	_, err := t.Send(ctx, Request{Pair: t.Unused(), Expect: ExpectRefused, About: "unused IDs"})
	return err
}

// promised and seenLive are clauses of a strong and of a weak source.
var (
	promised = Clause{ID: "TEST-PROMISED", Source: Document, Text: "It is promised."}
	seenLive = Clause{ID: "TEST-SEEN", Source: Field, Text: "It was seen."}
)

type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// hangUp answers nothing.
func hangUp(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
}

// echo answers 200 with the request: its line and headers in the body, its headers in the headers too.
func echo(w http.ResponseWriter, r *http.Request) {
	for name, values := range r.Header {
		w.Header()["X-Echo-"+name] = values
	}
	out := bufio.NewWriter(w)
	defer out.Flush()
	fmt.Fprintf(out, "%s %s\n", r.Method, r.RequestURI)
	_ = r.Header.Write(out) // a client that went away needs no answer
}
