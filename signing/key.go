package signing

import (
	"crypto/fips140"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"hash"
	"strconv"
	"sync"
)

// signatureLength is the length of every signature in bytes: base64 of a SHA-256.
const signatureLength = (sha256.Size + 2) / 3 * 4

// A key is one key pair, prepared for signing. It never changes: another pair is
// another key with a pool of its own, because the state inside a prepared HMAC is
// as secret as the key it was made from, and must not outlive it.
type key struct {
	accessKey, accountID string
	tail                 string    // the end of each message
	pool                 sync.Pool // of *digest; only its New knows the secret
}

// A digest holds the buffers that one signature needs, to be used again: slices
// that are passed to a hash.Hash escape to the heap.
type digest struct {
	mac     hash.Hash
	message []byte
	sum     [sha256.Size]byte
	text    [signatureLength]byte
}

// newKey fails only if crypto/hmac would panic: for a secret shorter than 112 bits
// in a program that runs with GODEBUG=fips140=only.
func newKey(creds Credentials, clientType string) (*key, error) {
	if fips140.Enforced() && len(creds.SecretKey.Reveal()) < 112/8 {
		return nil, errors.New("signing: secret key is too short for FIPS 140-3")
	}
	k := &key{
		accessKey: creds.AccessKey,
		accountID: creds.AccountID,
		tail:      creds.AccessKey + creds.AccountID + clientType,
	}
	k.pool.New = func() any {
		return &digest{mac: hmac.New(sha256.New, []byte(creds.SecretKey.Reveal()))}
	}
	return k, nil
}

// signature signs method + URL + timestamp + tail, where millis is the timestamp in
// Unix milliseconds. The URL is the last parameter so that callers can pass it in
// pieces, which are joined without an allocation.
func (k *key) signature(millis int64, method string, url ...string) string {
	d := k.pool.Get().(*digest)
	defer k.pool.Put(d)

	message := d.message[:0]
	message = append(message, method...)
	for _, piece := range url {
		message = append(message, piece...)
	}
	message = strconv.AppendInt(message, millis, 10)
	message = append(message, k.tail...)
	d.message = message

	d.mac.Reset()
	d.mac.Write(message) // a hash never fails to write
	base64.StdEncoding.Encode(d.text[:], d.mac.Sum(d.sum[:0]))
	return string(d.text[:])
}
