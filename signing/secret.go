package signing

import (
	"crypto/subtle"
	"fmt"
	"io"
)

// A SecretKey is a secret key that does not print. The zero SecretKey is empty.
// Compare keys with [SecretKey.Equal]: == is false for two keys of one text.
//
// Its methods write "[redacted]". Where a printer calls no methods, as package fmt
// does for unexported struct fields, it finds the address of a function.
type SecretKey struct{ hidden *hidden }

// hidden keeps the text in a closure, which reflection cannot look into.
type hidden struct{ reveal func() string }

// Secret returns the SecretKey with this text: any bytes, but no white space at
// either end.
func Secret(text string) SecretKey {
	if text == "" {
		return SecretKey{}
	}
	return SecretKey{&hidden{reveal: func() string { return text }}}
}

// Reveal returns the text of the key. Do not log it.
func (k SecretKey) Reveal() string {
	if k.hidden == nil {
		return ""
	}
	return k.hidden.reveal()
}

// IsZero reports whether the key is empty.
func (k SecretKey) IsZero() bool { return k.hidden == nil }

// Equal reports whether two keys have the same text, in a time that tells nothing
// but their lengths.
func (k SecretKey) Equal(other SecretKey) bool {
	return subtle.ConstantTimeCompare([]byte(k.Reveal()), []byte(other.Reveal())) == 1
}

// String returns "[redacted]", or "[none]" for an empty key.
func (k SecretKey) String() string {
	if k.IsZero() {
		return "[none]"
	}
	return "[redacted]"
}

// Format implements [fmt.Formatter] by writing [SecretKey.String] for every verb.
func (k SecretKey) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, k.String())
}

// MarshalText implements [encoding.TextMarshaler] by [SecretKey.String], so that
// encoders and loggers write that too.
func (k SecretKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }
