package signing

import (
	"errors"
	"fmt"
	"os"
)

// ErrNoCredentials is what [CredentialsFromEnv] and [CredentialsFromFile] wrap
// when the place they look at holds no key at all, so that a caller can go on to
// the next place. A place that holds half a pair, or cannot be read, is another
// error.
var ErrNoCredentials = errors.New("no credentials")

// environmentPairs are the variables that tools for this platform read, first
// choice first. The SCP_TF_ ones are those of the vendor's Terraform provider.
var environmentPairs = [...]struct{ access, secret string }{
	{"SCP_ACCESS_KEY", "SCP_SECRET_KEY"},
	{"SCP_TF_ACCESS_KEY", "SCP_TF_SECRET_KEY"},
}

// CredentialsFromEnv reads a key pair from SCP_ACCESS_KEY and SCP_SECRET_KEY, or
// else from SCP_TF_ACCESS_KEY and SCP_TF_SECRET_KEY. An empty variable counts as
// unset. No variable is known for the account id, so it stays empty.
//
// The two halves of a pair never come from two places: half a pair is an error,
// even if the next pair is whole, because the caller meant other keys than those.
// With nothing set the error wraps [ErrNoCredentials].
func CredentialsFromEnv() (Credentials, error) {
	for _, pair := range environmentPairs {
		access, secret := os.Getenv(pair.access), os.Getenv(pair.secret)
		switch {
		case access != "" && secret != "":
			return Credentials{AccessKey: access, SecretKey: Secret(secret)}, nil
		case access != "":
			return Credentials{}, fmt.Errorf("signing: %s is set, but %s is not", pair.access, pair.secret)
		case secret != "":
			return Credentials{}, fmt.Errorf("signing: %s is set, but %s is not", pair.secret, pair.access)
		}
	}
	first, second := environmentPairs[0], environmentPairs[1]
	return Credentials{}, fmt.Errorf("signing: %w in the environment: set %s and %s, or %s and %s",
		ErrNoCredentials, first.access, first.secret, second.access, second.secret)
}
