package mock

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/signing"
)

// Request is a request that a mock has seen, and what it answered. It holds neither keys nor signatures.
type Request struct {
	// Number counts the requests of a mock from 1.
	Number   uint64    `json:"number"`
	Received time.Time `json:"received"` // by the mock's clock
	Method   string    `json:"method"`
	// Path is the path as it came over the wire: percent-encoded, and without the query.
	Path  string     `json:"path"`
	Query url.Values `json:"query,omitempty"`
	// APIVersion is the Scp-Api-Version header, such as "virtualserver 1.3". Several values are joined by ", ".
	APIVersion string `json:"api_version,omitempty"`
	// Operation is the operationId of what was asked for, VolumeID and ServerID are what it was asked of. They are
	// empty if the mock did not get as far as that: it looks at the signature first.
	Operation string `json:"operation,omitempty"`
	VolumeID  string `json:"volume_id,omitempty"`
	ServerID  string `json:"server_id,omitempty"`
	// SignatureValid says whether the signature is right, whatever the mock made of it: version discovery needs
	// none, and a defect may accept any. SignatureError says what is wrong with it.
	SignatureValid bool   `json:"signature_valid"`
	SignatureError string `json:"signature_error,omitempty"`
	// Status is the status of the answer. A defect may have let the client see none of it.
	Status int `json:"status"`
	// Reason says why the request was refused.
	Reason string `json:"reason,omitempty"`
}

// maxSeen is how many requests a mock remembers, and maxSeenText how many bytes of each text in them.
const (
	maxSeen     = 10_000
	maxSeenText = 1 << 10
)

// Requests returns the requests that the mock has answered since it was made, reset or told to forget them: the
// newest 10,000, the oldest of them first. A client that has an answer finds its request here.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request{}, s.seen[max(0, len(s.seen)-maxSeen):]...)
}

// Forget forgets the requests that were seen so far.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = nil
}

// remember adds a call to the requests that were seen. Texts are cut, as anybody may send them.
func (s *Server) remember(c *call) {
	r := Request{
		Number: c.number, Received: s.now(), Method: cut(c.request.Method), Path: cut(rawPath(c.request)),
		APIVersion: cut(strings.Join(c.request.Header.Values(signing.HeaderAPIVersion), ", ")),
		VolumeID:   cut(c.ids.volume), ServerID: cut(c.ids.server),
		Status: c.answer.status, Reason: cut(c.why),
	}
	if c.operation != nil {
		r.Operation = c.operation.OperationID
	}
	if c.request.URL != nil && c.request.URL.RawQuery != "" { // it is nil in a request that was made by hand
		r.Query, _ = url.ParseQuery(cut(c.request.URL.RawQuery)) // what can be read of it
	}
	err := s.verifier.Verify(c.request)
	if r.SignatureValid = err == nil; err != nil {
		r.SignatureError = err.Error()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, r)
	if len(s.seen) == 2*maxSeen {
		s.seen = slices.Clone(s.seen[maxSeen:])
	}
}

func cut(text string) string { return strings.Clone(text[:min(len(text), maxSeenText)]) }
