package signing_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/signing"
)

// Keys are replaced while 64 goroutines sign: no request mixes two pairs.
func TestRotationNeverMixesKeys(t *testing.T) {
	pairs := make([]signing.Credentials, 5)
	for i := range pairs {
		pairs[i] = signing.Credentials{AccessKey: fmt.Sprint("access-", i), SecretKey: signing.Secret(fmt.Sprint("secret-", i))}
		if i%2 == 0 {
			pairs[i].AccountID = fmt.Sprint("account-", i)
		}
	}
	signer := newSigner(t, pairs[0])
	done := make(chan struct{})
	rotated := make(chan struct{})
	go func() {
		defer close(rotated)
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
				if err := signer.SetCredentials(pairs[i%len(pairs)]); err != nil {
					t.Error(err)
				}
				_ = fmt.Sprintf("%+v", signer)
			}
		}
	}()
	var group sync.WaitGroup
	for range 64 {
		group.Go(func() {
			for range 50 {
				if err := checkOnePair(signer, pairs); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	close(done)
	<-rotated
}

// checkOnePair signs once in each way and counts the pairs that would give the same.
func checkOnePair(signer *signing.Signer, pairs []signing.Credentials) error {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodDelete, detachURL, nil)
	if err != nil {
		return err
	}
	if err := signer.Sign(req); err != nil {
		return err
	}
	bare := signer.Signature(http.MethodDelete, detachURL, signedAt)
	verified, explained := 0, 0
	for _, pair := range pairs {
		want := plainSignature(pair, http.MethodDelete, detachURL, signedAt, "Openapi")
		if newVerifier([]signing.Credentials{pair}).Verify(req) == nil &&
			req.Header.Get(signing.HeaderSignature) == want &&
			req.Header.Get(signing.HeaderAccountID) == pair.AccountID {
			verified++
		}
		if bare == want {
			explained++
		}
	}
	if verified != 1 || explained != 1 {
		return fmt.Errorf("headers are of %d pairs, signature is of %d: %v", verified, explained, req.Header)
	}
	return nil
}

func TestRotationTakesEffectAtOnce(t *testing.T) {
	signer := newSigner(t, bob)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, detachURL, nil)
	require.NoError(t, err)
	require.NoError(t, signer.Sign(req))
	require.Equal(t, bob.AccountID, req.Header.Get(signing.HeaderAccountID))
	require.NoError(t, signer.SetCredentials(alice))
	require.NoError(t, signer.Sign(req))
	require.NotContains(t, req.Header, signing.HeaderAccountID, "the old pair's is gone")
	require.NoError(t, newVerifier([]signing.Credentials{alice}).Verify(req))
}
