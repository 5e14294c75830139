package cases_test

import (
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/cases"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/signing"
)

// badNetwork is what lies between a client and a service: it takes its time, and harms one request in a while.
type badNetwork struct {
	service http.Handler
	latency time.Duration
	rate    float64 // of the requests that are harmed

	mu     sync.Mutex
	random *rand.Rand
	got    atomic.Int64 // requests
	harmed atomic.Int64
}

// ServeHTTP implements http.Handler.
func (n *badNetwork) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.got.Add(1)
	time.Sleep(n.latency)
	n.mu.Lock()
	harms, way := n.random.Float64() < n.rate, n.random.IntN(6)
	n.mu.Unlock()
	if !harms {
		n.service.ServeHTTP(w, r)
		return
	}
	n.harmed.Add(1)
	switch way {
	case 0: // lost on its way there
		end(w, 0)
	case 1:
		end(w, -1)
	case 2: // carried out, and the answer lost
		n.service.ServeHTTP(httptest.NewRecorder(), r)
		end(w, 0)
	case 3: // carried out, and a gateway did not wait for the answer
		n.service.ServeHTTP(httptest.NewRecorder(), r)
		w.WriteHeader(http.StatusGatewayTimeout)
	case 4:
		w.WriteHeader(http.StatusBadGateway)
	case 5: // carried out, and the answer broke off
		answer := httptest.NewRecorder()
		n.service.ServeHTTP(answer, r)
		w.Header().Set("Content-Length", "1000")
		w.WriteHeader(answer.Code)
		_, _ = w.Write(append(answer.Body.Bytes(), ' '))
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// end ends a connection: in order, or by a reset where linger is not negative.
func end(w http.ResponseWriter, linger int) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	if c, ok := conn.(interface{ NetConn() net.Conn }); ok { // TLS
		conn = c.NetConn()
	}
	_ = conn.(*net.TCPConn).SetLinger(linger)
	_ = conn.Close()
}

// throughBadNetwork judges the mock through a bad network.
func throughBadNetwork(t *testing.T, clients []gen.Client, live bool, seed uint64, latency, delay time.Duration) (*conformance.Report, *badNetwork) {
	t.Helper()
	service, err := mock.New([]signing.Credentials{mockKeys}, mock.WithDelay(delay), mock.WithDay(dayOf(freeDay)))
	require.NoError(t, err)
	network := &badNetwork{service: service, latency: latency, rate: 0.05, random: rand.New(rand.NewPCG(seed, seed))}
	server := httptest.NewTLSServer(network)
	t.Cleanup(server.Close)
	report, err := conformance.Run(t.Context(), conformance.Config{
		Endpoint: server.URL, Credentials: mockKeys, Transport: server.Client().Transport, Live: live, Rate: 1000, Parallel: 4,
		Clients: clients, Cases: cases.All(), Clauses: cases.Clauses(), Fixture: mockFixture, Harm: conformance.HarmDangerous, SacrificeServer: mockFixture.Server,
		Day: dayOf(freeDay), Seed: seed, Linger: 50 * time.Millisecond,
	})
	require.NoError(t, err)
	return report, network
}

// judgedAll says that a run found nothing and judged everything.
func judgedAll(t *testing.T, report *conformance.Report, network *badNetwork) {
	t.Helper()
	assert.Equal(t, conformance.ExitOK, report.ExitCode, report.Headline)
	for _, r := range report.Results {
		if !slices.Contains([]conformance.Verdict{conformance.Pass, conformance.Skip}, r.Verdict) {
			t.Errorf("%s in %s: %s: %s", r.Case.ID, r.Version.ID, r.Verdict, r.Reason())
		}
	}
	assert.Positive(t, network.harmed.Load())
	assert.LessOrEqual(t, network.got.Load(), int64(report.Counts.Requests), "no more was sent than the report says")
}

// TestBadNetwork: where one request in twenty is lost, broken off or answered by a gateway, everything is judged,
// and nothing is found.
func TestBadNetwork(t *testing.T) {
	t.Parallel()
	newest := gen.Clients()[len(gen.Clients())-1:]
	report, network := throughBadNetwork(t, newest, false, 1, time.Millisecond, 2*time.Millisecond)
	judgedAll(t, report, network)
}
