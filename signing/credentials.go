package signing

import (
	"errors"
	"strings"
)

// Credentials are one key pair of Samsung Cloud Platform. Printing, logging or
// encoding them, or a value that holds them, never shows the secret key; see
// [SecretKey]. Encoded credentials therefore cannot be decoded.
type Credentials struct {
	AccessKey string    // sent with each request, and not a secret; visible ASCII
	SecretKey SecretKey // never sent; see Secret
	AccountID string    // optional: "" leaves it out of header and signature; visible ASCII
}

// validate reports what cannot be signed with or sent. Its errors tell the rule
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
