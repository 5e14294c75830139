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
	body   any // written as JSON, a raw one as it is; nil for none
	// header is added to what is sent, and overrides it.
	header map[string]string
	// omit are the fields at the top of body that are not written.
	omit []string
	// why is the reason of a refusal, for the log. It holds neither secrets nor signatures.
	why string
	// unknownID is set if the refusal is about an ID that no volume or server has.
	unknownID bool
}

// raw is a body that is written as it is.
type raw []byte

func ok(status int, body any) answer {
	return answer{status: status, body: body}
}

// refuse returns an error in the form that the service was seen to use [field].
func refuse(status int, code, detail string) answer {
	id := requestID()
	return answer{status: status, why: detail, body: errorBody{Errors: []errorEntry{{
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
	body, err := a.encode()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if _, isRaw := a.body.(raw); !isRaw && a.body != nil {
		w.Header().Set("Content-Type", "application/json")
	}
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(body) // a client that hung up needs no answer
}

// encode returns the body as it is written.
func (a answer) encode() ([]byte, error) {
	switch content := a.body.(type) {
	case nil:
		return nil, nil
	case raw:
		return content, nil
	}
	body, err := json.Marshal(a.body)
	if err != nil || len(a.omit) == 0 {
		return body, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, err
	}
	for _, name := range a.omit {
		delete(fields, name)
	}
	return json.Marshal(fields)
}
