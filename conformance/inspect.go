package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/signing"
)

// inspector looks at every answer of a case that passes: what the case was about is as it should be,
// and so has to be all the rest.
type inspector struct {
	documents *openapi.Set
	secrets   []string
}

// operation finds what a request asked for: its document and its operation.
func (i inspector) operation(e Exchange, version *openapi.Document) (*openapi3.T, openapi.Operation) {
	want := map[string]string{http.MethodDelete: opDetach, http.MethodPost: opAttach, http.MethodGet: opShow}[e.Method]
	if e.Method == http.MethodGet && e.path() == "/" {
		want = opVersions
	}
	for _, doc := range []*openapi.Document{version, i.documents.Volumes, i.documents.Discovery} {
		for _, op := range doc.Operations() {
			if op.OperationID == want {
				return doc.Spec, op
			}
		}
	}
	return nil, openapi.Operation{}
}

// inspect ends a case one of whose answers is not as documented.
func (i inspector) inspect(ctx context.Context, e Exchange, version *openapi.Document) error {
	for _, check := range []func(Exchange) error{i.complete, i.noRedirect, i.noCredentials} {
		if err := check(e); err != nil {
			return failf("%s: %w", e, err)
		}
	}
	if e.Outside {
		return nil
	}
	spec, op := i.operation(e, version)
	if spec == nil {
		return fmt.Errorf("%s is no operation of the documents", e)
	}
	if err := i.documented(ctx, e, spec, op); err != nil {
		return failf("%s: %w", e, err)
	}
	switch {
	case e.Status >= http.StatusBadRequest:
		if err := i.errorForm(e); err != nil {
			return failf("%s, answered %s: %w", e, describe(e.Status), err)
		}
	case len(op.Responses.Status(e.Status).Value.Content) == 0 && len(bytes.TrimSpace(e.Body)) > 0:
		return failf("%s, answered %s: it has a body (%s), and none is documented", e, describe(e.Status), excerpt(e.Body))
	}
	return nil
}

// documented holds an answer against its document. The filter accepts any status unless it is told not
// to, and says nothing of a body where none is documented.
func (i inspector) documented(ctx context.Context, e Exchange, spec *openapi3.T, op openapi.Operation) error {
	req, err := http.NewRequestWithContext(ctx, e.Method, e.URL, nil)
	if err != nil {
		return err
	}
	item := spec.Paths.Value(op.Path)
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: req,
			Route:   &routers.Route{Spec: spec, Path: op.Path, PathItem: item, Method: op.Method, Operation: op.Operation},
		},
		Status:  e.Status,
		Header:  e.ResponseHeader,
		Body:    io.NopCloser(bytes.NewReader(e.Body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	if err := openapi3filter.ValidateResponse(ctx, input); err != nil {
		var response *openapi3filter.ResponseError
		if errors.As(err, &response) && op.Responses.Status(e.Status) == nil {
			return fmt.Errorf("%s is not documented", describe(e.Status))
		}
		return fmt.Errorf("the answer is not as documented: %w", err)
	}
	return nil
}

func (i inspector) complete(e Exchange) error {
	switch {
	case e.Err != "":
		return fmt.Errorf("the answer broke off: %s", e.Err)
	case e.ResponseHeader.Get("Content-Encoding") != "":
		return fmt.Errorf("the answer is encoded as %q, and nobody asked for that", e.ResponseHeader.Get("Content-Encoding"))
	case len(e.Body) >= maxEvidence:
		return fmt.Errorf("the answer goes on beyond %d bytes", maxEvidence)
	}
	return nil
}

func (i inspector) noRedirect(e Exchange) error {
	if e.Status/100 == 3 || e.ResponseHeader.Get("Location") != "" || e.ResponseHeader.Get("Refresh") != "" {
		return fmt.Errorf("the answer (%s) leads elsewhere, to %q", describe(e.Status), e.ResponseHeader.Get("Location"))
	}
	return nil
}

// noCredentials looks for what the caller sent to be known by, in headers and body. Of the keys it looks
// for the value, wherever it turns up.
func (i inspector) noCredentials(e Exchange) error {
	sent := append([]string{}, i.secrets...)
	sent = append(sent, e.signatures()...)
	for name, values := range e.ResponseHeader {
		if name == signing.HeaderSignature || name == signing.HeaderAccessKey {
			return fmt.Errorf("the answer has the header %s", name)
		}
		for _, value := range values {
			if contains(sent, value) {
				return fmt.Errorf("the header %s of the answer has the caller's credentials in it", name)
			}
		}
	}
	if contains(sent, string(e.Body)) {
		return errors.New("the body of the answer has the caller's credentials in it")
	}
	return nil
}

// errorAnswer is an error in the service's form, errors, or in the gateway's, the rest.
type errorAnswer struct {
	Errors []struct {
		Code   string          `json:"code"`
		Title  string          `json:"title"`
		Detail json.RawMessage `json:"detail"`
		Status int             `json:"status"`
	} `json:"errors"`
	Error  string `json:"error"`
	Status int    `json:"status"`
}

func (i inspector) errorForm(e Exchange) error {
	if kind := mediaType(e.ResponseHeader); kind != "application/json" && !strings.HasSuffix(kind, "+json") {
		return fmt.Errorf("its content type is %q, and not JSON", kind)
	}
	if kinds := e.ResponseHeader.Values("Content-Type"); len(kinds) > 1 {
		return fmt.Errorf("it has %d content types", len(kinds))
	}
	if _, params, err := mime.ParseMediaType(e.ResponseHeader.Get("Content-Type")); err == nil && params["charset"] != "" && !strings.EqualFold(params["charset"], "utf-8") {
		return fmt.Errorf("it says that it is written in %s, and JSON is UTF-8", params["charset"])
	}
	if !utf8.Valid(e.Body) {
		return fmt.Errorf("its body is no UTF-8: %s", excerpt(e.Body))
	}
	var answer errorAnswer
	if err := json.Unmarshal(e.Body, &answer); err != nil {
		return fmt.Errorf("its body is no error as JSON: %w: %s", err, excerpt(e.Body))
	}
	status := answer.Status
	if len(answer.Errors) > 0 {
		first := answer.Errors[0]
		if strings.TrimSpace(first.Code) == "" {
			return fmt.Errorf("its error has no code: %s", excerpt(e.Body))
		}
		if !hasMessage(first.Detail) {
			return fmt.Errorf("its error has no message: %s", excerpt(e.Body))
		}
		status = first.Status
	} else if answer.Error == "" {
		return fmt.Errorf("its body has no error in it: %s", excerpt(e.Body))
	}
	if status != 0 && status != e.Status {
		return fmt.Errorf("its body says status %d", status)
	}
	return nil
}

// hasMessage reports whether a detail is a string or an array of strings, with something in it.
func hasMessage(detail json.RawMessage) bool {
	var one string
	var many []string
	if json.Unmarshal(detail, &one) != nil && json.Unmarshal(detail, &many) != nil {
		return false
	}
	return strings.TrimSpace(one+strings.Join(many, "")) != ""
}

// errorCode is the code of an error in the service's form, or nothing.
func errorCode(body []byte) string {
	var answer errorAnswer
	if json.Unmarshal(body, &answer) != nil || len(answer.Errors) == 0 {
		return ""
	}
	return answer.Errors[0].Code
}

// errorText is what an error says, without what is new in every answer.
func errorText(body []byte) string {
	var answer errorAnswer
	if json.Unmarshal(body, &answer) != nil || len(answer.Errors) == 0 {
		return string(body)
	}
	return answer.Errors[0].Code + " " + string(answer.Errors[0].Detail)
}

func mediaType(h http.Header) string {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return h.Get("Content-Type")
	}
	return kind
}

// excerpt is the start of a body, on one line.
func excerpt(body []byte) string {
	const most = 120
	if len(body) > most {
		return fmt.Sprintf("%q…", body[:most])
	}
	return fmt.Sprintf("%q", body)
}
