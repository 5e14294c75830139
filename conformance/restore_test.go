package conformance

import (
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
)

// TestRestoreTroubled: a gateway's answers, and those of a volume that is busy, are waited out.
func TestRestoreTroubled(t *testing.T) {
	t.Parallel()
	inner := newMock(t, mock.WithDelay(5*time.Millisecond))
	troubles := []int{http.StatusBadGateway, http.StatusConflict, http.StatusServiceUnavailable, http.StatusInternalServerError}
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(1, 1)) //nolint:gosec // the same each time
	drawn := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		return troubles[random.IntN(len(troubles))], random.IntN(3) == 0
	}
	endpoint := startServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, trouble := drawn()
		if trouble {
			w.WriteHeader(status)
			return
		}
		inner.ServeHTTP(w, r)
	}))
	config := liveConfig(t, endpoint, moves())
	config.Settle = 20 * time.Second
	kept := entry{Endpoint: config.Endpoint, Volume: mock.VolumeID, Attached: []string{}, Servers: []string{mock.ServerID}}
	require.NoError(t, (&ledger{config.StateDir}).put(kept))
	restored, err := Restore(t.Context(), config)
	require.NoError(t, err)
	require.Len(t, restored, 1)
	require.NoError(t, restored[0].Err)
}

// TestRestoreHeld leaves a volume alone on which a run is at work.
func TestRestoreHeld(t *testing.T) {
	t.Parallel()
	config := liveConfig(t, startServer(t, newMock(t)), moves())
	l := &ledger{config.StateDir}
	require.NoError(t, l.put(entry{Endpoint: config.Endpoint, Volume: mock.VolumeID, Attached: []string{}, Servers: []string{mock.ServerID}}))
	held, err := l.lock(config.Endpoint, mock.VolumeID)
	require.NoError(t, err)
	defer held.release()
	restored, err := Restore(t.Context(), config)
	require.NoError(t, err)
	require.Len(t, restored, 1)
	require.ErrorAs(t, restored[0].Err, new(*HeldError))
}
