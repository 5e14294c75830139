package cases

import (
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/openapi"
)

// How volumes are shown. show200 and attach202 are beside the cases of a detach, which are set up by them.
var (
	showState = conformance.Clause{
		ID: "SHOW-STATE", Source: conformance.Field,
		Text: "A volume is creating, available, reserved, attaching, in use, detaching, or in an error state, in any spelling.",
	}
	showSince = conformance.Clause{
		ID: "SHOW-SINCE", Source: conformance.Assumed,
		Text: "A shown volume has the fields that its version has, and none that a later version added.",
	}
)

// formShow judges every volume that is shown.
func formShow() conformance.Case {
	return conformance.Case{
		ID: "form-show", Family: familyForm,
		Summary: "a shown volume is the one asked for, as the document of showing describes it",
		Clauses: []conformance.Clause{show200, showState, showSince},
		Harm:    conformance.HarmReads,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			if err := t.Needs("volume", t.Fixture().Volume); err != nil {
				return err
			}
			_, err := t.Show(ctx, t.Fixture().Volume)
			return err
		},
		Watch: func(t *conformance.Trial, e conformance.Exchange) error {
			if e.Status != http.StatusOK || e.Err != "" || e.CutOff() || !asks(e, opShow) || e.Expected == conformance.ExpectOutside {
				return nil // of what has to be refused, who asked for it judges
			}
			return shownFault(t, e)
		},
	}
}

// shownFault judges one volume as it was shown.
func shownFault(t *conformance.Trial, e conformance.Exchange) error {
	broken := func(clause conformance.Clause, key, format string, args ...any) error {
		return conformance.Distinct(conformance.Broken(clause, conformance.CodeAnswer, "%s: "+format, append([]any{e}, args...)...), key)
	}
	if fault := documentFault(e); fault != "" {
		return broken(show200, "", "the volume is not as documented: %s", fault)
	}
	var shown volumes.Volume
	if err := json.Unmarshal(e.Body, &shown); err != nil {
		return broken(show200, "", "the volume cannot be read: %v", err)
	}
	if asked := idOf(e); !strings.EqualFold(shown.ID, asked) {
		return broken(show200, "another", "another volume is shown (%.60q)", shown.ID)
	}
	states := []string{"creating", "available", "reserved", "attaching", "in-use", "detaching"}
	if !slices.Contains(states, conformance.State(&shown)) && !conformance.Failed(&shown) {
		return broken(showState, "", "the volume is in the unknown state %.40q", shown.State)
	}
	return sinceFault(t, e, broken)
}

// sinceFault judges the fields that came with a version. A request that names no version, or one that the
// trial does not ask for, is for others to judge.
func sinceFault(t *conformance.Trial, e conformance.Exchange, broken func(conformance.Clause, string, string, ...any) error) error {
	if !slices.Equal(e.RequestHeader.Values("Scp-Api-Version"), []string{conformance.PinnedTo(t.Version())}) {
		return nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(e.Body, &fields); err != nil {
		return broken(show200, "", "the volume cannot be read: %v", err)
	}
	documents, err := openapi.Load()
	if err != nil {
		return err
	}
	op := operationOf(e)
	later := op.LaterFields(t.Version())
	for _, name := range op.LaterFields(documents.Versions[0].Version.ID) {
		_, has := fields[name]
		switch isLater := slices.Contains(later, name); {
		case has && isLater:
			return broken(showSince, "early", "the volume has %s, which a later version added", name)
		case !has && !isLater:
			return broken(showSince, "missing", "the volume has no %s, which version %s has", name, t.Version())
		}
	}
	return nil
}

// documentFault holds the JSON of an answer to the schema of its document. Fields that it does not name are
// free.
func documentFault(e conformance.Exchange) string {
	op := operationOf(e)
	response := op.Responses.Status(e.Status)
	if response == nil || response.Value.Content.Get("application/json") == nil {
		return ""
	}
	mediaType, _, _ := mime.ParseMediaType(e.ResponseHeader.Get("Content-Type"))
	if mediaType != "application/json" && !strings.HasSuffix(mediaType, "+json") {
		return fmt.Sprintf("its content type is %.60q", mediaType)
	}
	var value any
	if err := json.Unmarshal(e.Body, &value); err != nil {
		return fmt.Sprintf("it is not JSON: %s", excerpt(e.Body))
	}
	err := response.Value.Content.Get("application/json").Schema.Value.VisitJSON(value, openapi3.VisitAsResponse(), openapi3.SetSchemaErrorMessageCustomizer(
		func(err *openapi3.SchemaError) string {
			return strings.TrimPrefix(strings.Join(err.JSONPointer(), ".")+": ", ": ") + err.Reason
		}))
	if err != nil {
		return err.Error()
	}
	return ""
}

// formAttach judges every attach that was accepted.
func formAttach() conformance.Case {
	return conformance.Case{
		ID: "form-attach", Family: familyForm,
		Summary: "the 202 of an attach names the volume and the server that were asked for",
		Clauses: []conformance.Clause{attach202},
		Harm:    conformance.HarmDetaches,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			if _, err := t.Unattached(ctx); err != nil {
				return err
			}
			_, err := t.Attached(ctx)
			return err
		},
		Watch: func(_ *conformance.Trial, e conformance.Exchange) error {
			if e.Status != http.StatusAccepted || e.Err != "" || e.CutOff() || !asks(e, opAttach) || e.Expected == conformance.ExpectOutside {
				return nil // of what has to be refused, who asked for it judges
			}
			if fault := documentFault(e); fault != "" {
				return conformance.Broken(attach202, conformance.CodeAnswer, "%s: the attachment is not as documented: %s", e, fault)
			}
			var got volumes.Attachment
			var asked volumes.AttachRequest
			if err := json.Unmarshal(e.Body, &got); err != nil {
				return conformance.Broken(attach202, conformance.CodeAnswer, "%s: the attachment cannot be read: %v", e, err)
			}
			if err := json.Unmarshal(e.RequestBody, &asked); err != nil {
				return nil //nolint:nilerr // a request that no client sends asks for no attachment
			}
			volume := strings.TrimSuffix(strings.TrimPrefix(e.Path(), "/v1/volumes/"), "/servers")
			if !strings.EqualFold(got.VolumeID, volume) || !strings.EqualFold(got.ServerID, asked.ServerID) {
				return conformance.Distinct(conformance.Broken(attach202, conformance.CodeAnswer,
					"%s to server %s: the answer is an attachment of volume %.60q to server %.60q", e, asked.ServerID, got.VolumeID, got.ServerID), "another")
			}
			return nil
		},
	}
}
