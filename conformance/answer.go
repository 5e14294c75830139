package conformance

import (
	"encoding/json"
	"regexp"
	"strings"
)

// ErrorAnswer is the body of an error in the service's form, Errors, or in the gateway's, the rest [field].
type ErrorAnswer struct {
	Errors []ErrorEntry `json:"errors"`
	Error  string       `json:"error"`
	Status any          `json:"status"`
}

// ErrorEntry is one error in the service's form. Detail is a string or an array of strings.
type ErrorEntry struct {
	Code   string          `json:"code"`
	Title  string          `json:"title"`
	Detail json.RawMessage `json:"detail"`
	Status any             `json:"status"`
}

// ErrorCode is the code of an error in the service's form, or nothing.
func ErrorCode(body []byte) string {
	var answer ErrorAnswer
	if json.Unmarshal(body, &answer) != nil || len(answer.Errors) == 0 {
		return ""
	}
	return answer.Errors[0].Code
}

// errorText is what an error says, without what is new in every answer: IDs, times, the path.
func errorText(body []byte) string {
	var answer ErrorAnswer
	switch {
	case json.Unmarshal(body, &answer) != nil:
		return looksLikeUUID.ReplaceAllString(string(body), "ID")
	case len(answer.Errors) == 0:
		return "gateway: " + answer.Error
	}
	first := answer.Errors[0]
	return first.Code + " " + looksLikeUUID.ReplaceAllString(strings.TrimSpace(string(first.Detail)), "ID")
}

// looksLikeUUID finds the IDs that a message repeats.
var looksLikeUUID = regexp.MustCompile(`[0-9A-Fa-f]{8}-?(?:[0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}`)
