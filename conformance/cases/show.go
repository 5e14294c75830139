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
		Text: "A volume is shown with all fields of the requested version, and without fields that later versions added.",
	}
	showAgrees = conformance.Clause{
		ID: "SHOW-AGREES", Source: conformance.SDK,
		Text: "Only a multi-attach volume is shown at several servers, and each server is listed once.",
	}
	showModified = conformance.Clause{
		ID: "SHOW-MODIFIED", Source: conformance.Assumed,
		Text: "modified_at is the time of the last change: showing the volume or refusing a request does not change it.",
	}
	show400 = conformance.Clause{
		ID: "SHOW-400", Operation: opShow, Status: http.StatusBadRequest, Source: conformance.SDK,
		Text: "Showing a volume answers 400 Bad Request.",
	}
	attachEcho = conformance.Clause{
		ID: "ATTACH-ECHO", Source: conformance.SDK,
		Text: "The answer to an attach repeats the requested volume, server and delete_on_termination.",
	}
	attachEchoSpelling = conformance.Clause{
		ID: "ATTACH-ECHO-SPELLING", Source: conformance.Assumed,
		Text: "The answer to an attach spells the IDs as the request spells them.",
	}
)

// formShow judges every volume that is shown.
func formShow() conformance.Case {
	return conformance.Case{
		ID: "form-show", Family: familyForm,
		Summary: "the answer shows the requested volume, in the documented form",
		Clauses: []conformance.Clause{show200, showState, showSince, showAgrees},
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
	if fault := disagreement(&shown); fault != "" {
		return broken(showAgrees, "", "%s", fault)
	}
	return sinceFault(t, e, broken)
}

// disagreement is what a shown volume says that cannot be.
func disagreement(v *volumes.Volume) string {
	servers := serversOf(v)
	switch distinct := slices.Compact(slices.Clone(servers)); {
	case len(distinct) < len(servers):
		return "a server is listed twice: " + list(servers)
	case len(servers) > 1 && v.Multiattach != nil && !*v.Multiattach:
		return "multiattach is false, and the volume is at " + list(servers)
	}
	return ""
}

// formModified looks at volumes that nobody touches. What other cases see of their modified_at is left to it.
func formModified() conformance.Case {
	return conformance.Case{
		ID: "form-modified", Family: familyForm,
		Summary: "the modified_at of a volume changes only when the volume does",
		Clauses: []conformance.Clause{showModified},
		Harm:    conformance.HarmReads, Collects: true, Rotates: true,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			before, err := takePicture(ctx, t)
			if err != nil {
				return err
			}
			if len(before) == 0 {
				return conformance.Skipped("the fixture names no volume that is at rest")
			}
			changes := map[string]int{}
			for id := range before {
				changes[id] = t.Changes(id)
			}
			found, err := before.deviations(ctx, t)
			if err != nil {
				return err
			}
			found = slices.DeleteFunc(found, func(d deviation) bool { // another version may attach and detach meanwhile
				return d.kind != "modified" || t.Changes(d.volume) != changes[d.volume]
			})
			return judge(t, found, showModified, conformance.Exchange{}, "a volume was looked at")
		},
	}
}

// versionUnknownShows shows a volume in an unknown version, beside a known one.
func versionUnknownShows() conformance.Case {
	return conformance.Case{
		ID: "version-unknown-shows", Family: familyVersion,
		Summary: "showing a volume in an unknown version is refused with 400",
		Clauses: []conformance.Clause{versionUnknown, show400},
		Harm:    conformance.HarmReads,
		Rotates: true,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			volume := t.Fixture().Volume
			if err := t.Needs("volume", volume); err != nil {
				return err
			}
			if _, err := t.Show(ctx, volume); err != nil {
				return err
			}
			e, err := t.Send(ctx, conformance.Request{
				Operation: conformance.ShowVolume, Pair: conformance.Pair{Volume: volume}, Change: pinnedTo(farAway),
				Expect: conformance.ExpectRefused, About: "showing a volume in an unknown version",
			})
			if err != nil {
				return err
			}
			return versionRefused(t, e, versionUnknown)
		},
	}
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
		Clauses: []conformance.Clause{attach202, attachEcho, attachEchoSpelling},
		Harm:    conformance.HarmDetaches,
		Rotates: true,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			seen, err := attachOnce(ctx, t)
			if err == nil && seen.answer.Status != http.StatusAccepted {
				err = conformance.ShownBy(seen.answer, conformance.CannotJudge(conformance.CodeSetup,
					"an attach was answered %s, so there is no 202 to look at", conformance.StatusText(seen.answer.Status)))
			}
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
			return echoFault(e, got, volume, asked)
		},
	}
}

// echoFault is what an attachment says that was not asked for.
func echoFault(e conformance.Exchange, got volumes.Attachment, volume string, asked volumes.AttachRequest) error {
	set := func(flag *bool) bool { return flag != nil && *flag }
	switch {
	case !strings.EqualFold(got.VolumeID, volume) || !strings.EqualFold(got.ServerID, asked.ServerID):
		return conformance.Distinct(conformance.Broken(attachEcho, conformance.CodeAnswer,
			"%s to server %s: the answer is an attachment of volume %.60q to server %.60q", e, asked.ServerID, got.VolumeID, got.ServerID), "another")
	case set(got.DeleteOnTermination) != set(asked.DeleteOnTermination):
		return conformance.Distinct(conformance.Broken(attachEcho, conformance.CodeAnswer,
			"%s with %s: the answer says that delete_on_termination is %t", e, excerpt(e.RequestBody), set(got.DeleteOnTermination)), "terminates")
	case got.VolumeID != volume || got.ServerID != asked.ServerID:
		return conformance.Broken(attachEchoSpelling, conformance.CodeAnswer,
			"%s to server %s: the answer spells the IDs %.60q and %.60q", e, asked.ServerID, got.VolumeID, got.ServerID)
	}
	return nil
}
