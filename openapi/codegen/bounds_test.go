package codegen_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	virtualserver "github.com/scp-openapi/virtualserver/gen/v1.3"
	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/signing"
)

// TestBoundsFromTheStart: who says nothing of time is bounded all the same, by what the documentation says.
func TestBoundsFromTheStart(t *testing.T) {
	t.Parallel()
	assert.Equal(t, 30*time.Second, virtualserver.DefaultTimeout)
	assert.Equal(t, 10*time.Minute, volumes.MaxWait)

	var detached atomic.Bool
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if detached.Load() {
			_, _ = w.Write([]byte(away))
		} else {
			_, _ = w.Write([]byte(inUse))
		}
	}))
	defer endpoint.Close()
	signer, err := signing.New(signing.Credentials{AccessKey: "ak", SecretKey: signing.Secret("sk")})
	require.NoError(t, err)
	vols, err := volumes.New(endpoint.URL, signer, virtualserver.Version)
	require.NoError(t, err)
	detach := func(ctx context.Context, _ volumes.VolumeID, _ string) error {
		deadline, bounded := ctx.Deadline()
		assert.True(t, bounded, "a context without a deadline is given one")
		assert.LessOrEqual(t, time.Until(deadline), volumes.MaxWait)
		detached.Store(true)
		return nil
	}
	require.NoError(t, volumes.DetachAndWait(context.Background(), vols, detach, volumes.VolumeID("v"), "s"))
	assert.True(t, detached.Load())
}
