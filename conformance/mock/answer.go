package mock

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// answer is what the mock says to a request.
type answer struct {
	status int
	body   any // written as JSON, a raw one as it is; nil for none
	// header overrides what would be sent.
	header map[string]string
	// version and ids are what was asked for, where it got that far; newest is set for the newest version.
	version lifecycle.ID
	newest  bool
	ids     ids
}

// raw is a body that is written as it is.
type raw []byte

func ok(status int, body any) answer {
	return answer{status: status, body: body}
}

// refuse is an answer in the form of the service's errors, as they were seen.
func refuse(status int, code, detail string) answer {
	id := requestID()
	return answer{status: status, body: errorBody{Errors: []errorEntry{{
		Code: code, Title: code, Detail: []string{detail}, Status: status,
		RequestID: id, GlobalRequestID: id,
		Links: []string{}, RelatedResources: []string{},
	}}}}
}

type errorBody struct {
	Errors []errorEntry `json:"errors"`
}

type errorEntry struct {
	Code             string   `json:"code"`
	Detail           []string `json:"detail"`
	Title            string   `json:"title"`
	Status           int      `json:"status"`
	RequestID        string   `json:"request_id"`
	GlobalRequestID  string   `json:"global_request_id"`
	Links            []string `json:"links"`
	RelatedResources []string `json:"related_resources"`
	Response         any      `json:"response"`
}

// requestID is "req-" and a random UUID.
func requestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("req-%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func (a answer) write(w http.ResponseWriter) {
	var body []byte
	switch content := a.body.(type) {
	case nil:
	case raw:
		body = content
	default:
		w.Header().Set("Content-Type", "application/json")
		var err error
		if body, err = json.Marshal(content); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(body) // a client that went away needs no answer
}
