package signing_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/signing"
)

// Under GODEBUG=fips140=only, which only a new process can be, crypto/hmac panics
// on a short key. Here it is an error.
func TestShortSecretUnderFIPS(t *testing.T) {
	const variable = "SIGNING_TEST_FIPS"
	short := signing.Credentials{AccessKey: "a", SecretKey: signing.Secret("thirteen-char")}
	if os.Getenv(variable) != "" {
		_, err := signing.New(short)
		require.ErrorContains(t, err, "FIPS")
		require.ErrorContains(t, newVerifier([]signing.Credentials{short}).Verify(received(t, bob, signedAt)), "unknown")
		claimed := newVerifier([]signing.Credentials{{AccessKey: bob.AccessKey, SecretKey: short.SecretKey}})
		require.ErrorContains(t, claimed.Verify(received(t, bob, signedAt)), "FIPS")
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestShortSecretUnderFIPS$")
	cmd.Env = append(os.Environ(), variable+"=1", "GODEBUG=fips140=only")
	output, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", output)
	newSigner(t, short)
}
