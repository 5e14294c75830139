package mock

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
)

// answer is what the mock says to a request.
type answer struct {
	status int
	body   any // written as JSON; nil for none
}

func ok(status int, body any) answer {
	return answer{status: status, body: body}
}

// refuse is an answer in the form of the service's errors, as they were seen.
func refuse(status int, code, detail string) answer {
	id := requestID()
	return answer{status, errorBody{Errors: []errorEntry{{
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
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	body, err := json.Marshal(a.body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	_, _ = w.Write(body) // a client that went away needs no answer
}
