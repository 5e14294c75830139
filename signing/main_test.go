package signing_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/scp-openapi/virtualserver/signing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	endpoint  = "https://virtualserver.kr-west1.e.samsungsdscloud.com"
	detachURL = endpoint + "/v1/volumes/3f500f00-ed80-4566-a057-e31760226f9a/servers/2a9be312-5d4b-4bc8-b2ae-35100fa9241f"
)

var (
	// signedAt is the time of all clocks in the tests.
	signedAt = time.UnixMilli(1_767_225_600_123)

	alice = signing.Credentials{AccessKey: "alice-access", SecretKey: signing.Secret("alice-secret-0123456789")}
	bob   = signing.Credentials{AccessKey: "bob-access", SecretKey: signing.Secret("bob-secret-9876543210"), AccountID: "bob-account"}
)

func fixedClock() time.Time { return signedAt }

func newSigner(t testing.TB, creds signing.Credentials, opts ...signing.Option) *signing.Signer {
	t.Helper()
	signer, err := signing.New(creds, append([]signing.Option{signing.WithClock(fixedClock)}, opts...)...)
	require.NoError(t, err)
	return signer
}

// newVerifier makes a verifier that knows these credentials and the tests' time.
func newVerifier(creds []signing.Credentials, opts ...signing.VerifierOption) *signing.Verifier {
	lookup := func(accessKey string) (signing.Credentials, bool) {
		for _, c := range creds {
			if c.AccessKey == accessKey {
				return c, true
			}
		}
		return signing.Credentials{}, false
	}
	return signing.NewVerifier(lookup, append([]signing.VerifierOption{signing.WithVerifierClock(fixedClock)}, opts...)...)
}

// requireReason fails unless err is a *VerifyError with that reason and header.
func requireReason(t require.TestingT, err error, reason signing.Reason, header string) {
	if h, ok := t.(interface{ Helper() }); ok {
		h.Helper()
	}
	var refused *signing.VerifyError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, reason, refused.Reason)
	require.Equal(t, header, refused.Header)
	require.ErrorIs(t, err, reason)
}
