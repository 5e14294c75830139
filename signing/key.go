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

// A key is one key pair made ready to sign. It is never changed: another pair is
// another key, with a pool of its own, because the state inside a prepared HMAC
// is as secret as the key it was made from and must go when the key goes.
type key struct {
	accessKey, accountID string
	tail                 string    // what each message ends with
	pool                 sync.Pool // of *digest; its New alone knows the secret
}

// A digest holds all that one signature needs, so that none of it is allocated
// anew: what is handed to a hash.Hash escapes to the heap.
type digest struct {
	mac     hash.Hash
	message []byte
	sum     [sha256.Size]byte
	text    [signatureLength]byte
}

// newKey fails only where crypto/hmac would panic: with a secret shorter than
// 112 bits in a program that runs under GODEBUG=fips140=only.
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

// signature signs method + URL + timestamp + tail. The URL comes last here and in
// as many pieces as the caller has it in, to be joined for free; millis is the
// timestamp in Unix milliseconds.
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
