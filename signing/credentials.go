package signing

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Credentials are one key pair of Samsung Cloud Platform.
//
// They print redacted: under the verbs of package fmt, as JSON, XML or YAML
// text, in log/slog and in a panic; gob refuses them. Three things are out of
// reach of their methods and so up to the caller:
//
//   - fmt calls no methods on what an unexported struct field holds by value.
//     Keep a *[Signer] in such a field, not Credentials.
//   - fmt calls no methods under a verb that it reports as wrong: %w or %p for
//     Credentials, %s for a pointer, inside another value, to a struct that has
//     them. go vet, which go test runs, rejects %w and %s there, but not %p.
//   - Tools that read fields by reflection, such as a debugger or the diff of
//     an assertion library, see the fields as they are.
type Credentials struct {
	AccessKey string    // sent with each request, and not a secret; visible ASCII
	SecretKey SecretKey // never sent; see Secret
	AccountID string    // optional: "" leaves it out of header and signature; visible ASCII
}

// String tells which key pair this is, without the secret key.
func (c Credentials) String() string {
	secret := "none"
	if !c.SecretKey.IsZero() {
		secret = "redacted"
	}
	return "signing.Credentials{AccessKey:" + strconv.Quote(c.AccessKey) +
		" SecretKey:[" + secret + "] AccountID:" + strconv.Quote(c.AccountID) + "}"
}

// Format implements [fmt.Formatter] by writing [Credentials.String] whatever
// the verb: a Stringer alone would leave %d and %#v to print the fields.
func (c Credentials) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, c.String())
}

// MarshalText implements [encoding.TextMarshaler] by [Credentials.String], so
// that an encoder asked to log the credentials writes them redacted. There is
// no way back from that text, on purpose.
func (c Credentials) MarshalText() ([]byte, error) {
	return []byte(c.String()), nil
}

// MarshalBinary always fails. Binary encoders such as gob would otherwise write
// the fields as they are.
func (c Credentials) MarshalBinary() ([]byte, error) {
	return nil, errors.New("signing: credentials have no binary form")
}

// validate refuses what cannot be signed with or sent. Its errors tell the rule
// and never the value.
func (c Credentials) validate() error {
	switch {
	case c.AccessKey == "":
		return errors.New("signing: access key is empty")
	case c.SecretKey.IsZero():
		return errors.New("signing: secret key is empty")
	case !isVisible(c.AccessKey):
		return errors.New("signing: access key has characters other than visible ASCII")
	case !isVisible(c.AccountID):
		return errors.New("signing: account id has characters other than visible ASCII")
	case strings.TrimSpace(c.SecretKey.Reveal()) != c.SecretKey.Reveal():
		// A line break copied along is the usual cause, and the service
		// would only say that the signature is wrong.
		return errors.New("signing: secret key begins or ends with white space")
	}
	return nil
}
