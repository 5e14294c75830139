package signing

// A SecretKey is a secret key that cannot print. The zero SecretKey is empty.
//
// Package fmt calls no methods on the unexported fields of a struct, and a
// client configuration is the commonest place to keep keys in. So the value is
// out of reach of reflection: fmt, an encoder or the diff of an assertion
// library finds an address here, whatever the verb and wherever the key is kept.
type SecretKey struct{ hidden *hidden }

// hidden keeps the value in a closure, which reflection cannot look into.
type hidden struct{ reveal func() string }

// Secret makes a SecretKey of its text: any bytes, but no white space at either
// end.
func Secret(text string) SecretKey {
	if text == "" {
		return SecretKey{}
	}
	return SecretKey{&hidden{reveal: func() string { return text }}}
}

// Reveal returns the text of the key. Log nothing that it returns.
func (k SecretKey) Reveal() string {
	if k.hidden == nil {
		return ""
	}
	return k.hidden.reveal()
}

// IsZero reports whether the key is empty.
func (k SecretKey) IsZero() bool { return k.hidden == nil }
