package signing_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

var sink string

// freshRequests are made beforehand, so that only the signing is measured.
func freshRequests(t testing.TB, n int) []*http.Request {
	t.Helper()
	requests := make([]*http.Request, n)
	for i := range requests {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodDelete, detachURL, nil)
		require.NoError(t, err)
		requests[i] = req
	}
	return requests
}

func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes sync.Pool forget")
	}
	signer := newSigner(t, bob)
	const runs = 200
	require.LessOrEqual(t, testing.AllocsPerRun(runs, func() {
		sink = signer.Signature(http.MethodDelete, detachURL, signedAt)
	}), 1.0, "Signature")

	requests := freshRequests(t, runs+1) // AllocsPerRun warms up once
	require.LessOrEqual(t, testing.AllocsPerRun(runs, func() {
		if err := signer.Sign(requests[0]); err != nil {
			t.Fatal(err)
		}
		requests = requests[1:]
	}), 6.0, "Sign on a fresh request")
}

// Compare these four, which sign the same message:
//
//	go test -run '^$' -bench . -count 10 -benchtime 100ms ./signing
func BenchmarkBareHMAC(b *testing.B) {
	message := []byte("DELETE" + detachURL + "1767225600123" + bob.AccessKey + bob.AccountID + "Openapi")
	mac := hmac.New(sha256.New, []byte(bob.SecretKey.Reveal()))
	var sum [sha256.Size]byte
	b.ReportAllocs()
	for b.Loop() {
		mac.Reset()
		mac.Write(message)
		mac.Sum(sum[:0])
	}
}

func BenchmarkSignature(b *testing.B) {
	signer := newSigner(b, bob)
	b.ReportAllocs()
	for b.Loop() {
		sink = signer.Signature(http.MethodDelete, detachURL, signedAt)
	}
}

func BenchmarkSign(b *testing.B) {
	signer := newSigner(b, bob)
	requests := freshRequests(b, 1024)
	next := 0
	b.ReportAllocs()
	for b.Loop() {
		if next == len(requests) {
			b.StopTimer()
			requests, next = freshRequests(b, len(requests)), 0
			b.StartTimer()
		}
		if err := signer.Sign(requests[next]); err != nil {
			b.Fatal(err)
		}
		next++
	}
}

func BenchmarkPlain(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		sink = plainSignature(bob, http.MethodDelete, detachURL, signedAt, "Openapi")
	}
}
