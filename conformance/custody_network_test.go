package conformance

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLostNetwork: a run that loses the network ends with 3, and keeps what it could not put back. Restore does.
func TestLostNetwork(t *testing.T) {
	t.Parallel()
	var cut atomic.Bool
	inner := newMock(t)
	endpoint := startServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if cut.Load() {
			hangUp(w, r)
			return
		}
		inner.ServeHTTP(w, r)
	}))
	before := stateOf(t, endpoint)
	config := liveConfig(t, endpoint, ask("case", HarmDetaches, func(ctx context.Context, tr *Trial) error {
		err := moves().Ask(ctx, tr)
		cut.Store(true)
		return err
	}))
	config.Settle = 300 * time.Millisecond
	report := run(t, config)
	assert.Equal(t, ExitNotJudged, report.ExitCode)
	require.NotNil(t, report.Trouble)
	assert.Contains(t, report.Trouble.Text, "scp-conformance restore")
	require.NotEmpty(t, entriesIn(t, config.StateDir))

	cut.Store(false)
	config.Settle = 5 * time.Second
	left, err := Left(config.StateDir, "https://another.example")
	require.NoError(t, err)
	assert.Empty(t, left)
	restored, err := Restore(t.Context(), config)
	require.NoError(t, err)
	for _, r := range restored {
		assert.NoError(t, r.Err)
		assert.Equal(t, config.Endpoint, r.Endpoint)
	}
	assert.Equal(t, before, stateOf(t, endpoint))
	assert.Empty(t, entriesIn(t, config.StateDir))
}

// TestGoneNetwork: a run that loses the network, with volumes to put back, ends soon: nobody waits for as long as a
// volume may take. So does restore, and it says of each volume why.
func TestGoneNetwork(t *testing.T) {
	t.Parallel()
	var gone atomic.Bool
	inner := newMock(t)
	release := make(chan struct{})
	endpoint := startServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if gone.Load() { // nothing comes back, and nobody hangs up
			<-release
			return
		}
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { close(release) })
	config := liveConfig(t, endpoint, ask("case", HarmDetaches, func(ctx context.Context, tr *Trial) error {
		if err := moves().Ask(ctx, tr); err != nil {
			return err
		}
		gone.Store(true)
		return nil
	}))
	config.Timeout, config.Settle = 200*time.Millisecond, time.Hour
	report := run(t, config)
	assert.Equal(t, ExitNotJudged, report.ExitCode)
	require.NotNil(t, report.Trouble)
	assert.Contains(t, report.Trouble.Text, "nothing answered for 2.2s")
	assert.Contains(t, report.Trouble.Text, "scp-conformance restore --endpoint "+endpoint)
	assert.Len(t, entriesIn(t, config.StateDir), 4)

	restored, err := Restore(t.Context(), config)
	require.NoError(t, err)
	require.Len(t, restored, 4)
	for i, r := range restored {
		require.ErrorContains(t, r.Err, r.Volume+" of "+endpoint)
		require.ErrorContains(t, r.Err, "nothing answered for 2.2s")
		assert.Equal(t, i > 0, strings.Contains(r.Err.Error(), "was not tried"))
	}
}
