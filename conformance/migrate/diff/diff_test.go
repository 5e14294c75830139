package diff

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

const (
	detach = "DELETE /v1/volumes/{volume_id}/servers/{server_id}"
	attach = "POST /v1/volumes/{volume_id}/servers"
	show   = "GET /v1/volumes/{volume_id}"
)

// an edit replaces text that a document has exactly once.
type edit struct{ old, new string }

// deprecated announces the removal of the detach operation, for a day if there is one.
func deprecated(sunset string) edit {
	text := "operationId: detach\n      deprecated: true\n"
	if sunset != "" {
		text += "      x-sunset: " + sunset + "\n"
	}
	return edit{"operationId: detach\n", text}
}

const (
	detachPath = "  /v1/volumes/{volume_id}/servers/{server_id}:\n    delete:"
	force      = "        - {name: force, in: query, required: false, schema: {type: boolean, default: false}}\n"
)

// withoutDetach leaves out the only operation of its path.
var withoutDetach = edit{detachPath, "  /v1/elsewhere/{volume_id}/{server_id}:\n    delete:"}

func TestChanges(t *testing.T) {
	tests := []struct {
		name     string
		why      string // the reason for the verdict, from a caller's side
		from, to []edit
		want     []string // "break" or "other", where and the rule
		unjudged []string
	}{
		{
			name: "nothing",
			why:  "the same request is answered the same",
		},
		{
			name: "the version",
			why:  "the header's value and the numbers that follow it are the migration itself",
			to: []edit{
				{`version: "1.8"`, `version: "1.10"`},
				{"enum: [volumes 1.8]", "enum: [volumes 1.10]"},
				{"x-api-status: SUPPORTED", "x-api-status: CURRENT"},
			},
		},
		{
			name: "the version, with default and pattern",
			why:  "however a document states the header's value, it is the migration itself",
			from: []edit{{"{type: string, enum: [volumes 1.8]}", "{type: string, default: volumes 1.8, enum: [volumes 1.8]}"}},
			to:   []edit{{"{type: string, enum: [volumes 1.8]}", `{type: string, pattern: '^volumes 1\.9$'}`}},
		},
		{
			name: "the version header is gone",
			why:  "a caller cannot pin a version any more: that is not the value",
			to:   []edit{{"        - {name: Scp-Api-Version, in: header, required: true, schema: {type: string, enum: [volumes 1.8]}}\n", ""}},
			want: []string{"break " + detach + " request-parameter-removed"},
		},

		{
			name: "success status gone",
			why:  "callers compare with 202; detach clients of this project do",
			to:   []edit{{`"202": {description: Accepted}` + "\n" + `        "409"`, `"204": {description: No Content}` + "\n" + `        "409"`}},
			want: []string{
				"break " + detach + " response-success-status-added",
				"break " + detach + " response-success-status-removed",
			},
		},
		{
			name: "refusal gone",
			why:  "callers wait out 409 and try again: what comes instead they take for the end",
			to:   []edit{{`        "409": {description: Conflict}` + "\n", ""}},
			want: []string{"break " + detach + " response-non-success-status-removed"},
		},
		{
			name: "refusal added",
			why:  "every caller has to expect refusals that are not documented, such as 403",
			to:   []edit{{`"409": {description: Conflict}`, `"409": {description: Conflict}` + "\n" + `        "403": {description: Forbidden}`}},
			want: []string{"other " + detach + " response-non-success-status-added"},
		},
		{
			name: "success status added",
			why:  "a caller who expects 202 alone takes 200 for a failure, and repeats what was done",
			to:   []edit{{`"202": {description: Accepted}` + "\n" + `        "409"`, `"202": {description: Accepted}` + "\n" + `        "200": {description: OK}` + "\n" + `        "409"`}},
			want: []string{"break " + detach + " response-success-status-added"},
		},
		{
			name: "default answer gone",
			why:  "how an error looks is no longer said; oasdiff has no rule for a status that is no number",
			to:   []edit{{"        default: {description: Error}\n", ""}},
			want: []string{"break " + show + " response-status-range-removed"},
		},
		{
			name: "success range added",
			why:  "a success other than 202 is possible",
			to:   []edit{{`"409": {description: Conflict}`, `"409": {description: Conflict}` + "\n" + `        2XX: {description: OK}`}},
			want: []string{"break " + detach + " response-status-range-added"},
		},

		{
			name: "optional parameter became required",
			why:  "a request without it was accepted",
			to:   []edit{{"{name: force, in: query, required: false,", "{name: force, in: query, required: true,"}},
			want: []string{"break " + detach + " request-parameter-became-required"},
		},
		{
			name: "required parameter added",
			why:  "no request has it",
			to:   []edit{{force, force + "        - {name: reason, in: query, required: true, schema: {type: string}}\n"}},
			want: []string{"break " + detach + " new-required-request-parameter"},
		},
		{
			name: "optional parameter added",
			why:  "a request without it is as good as before",
			to:   []edit{{force, force + "        - {name: reason, in: query, schema: {type: string}}\n"}},
			want: []string{"other " + detach + " new-optional-request-parameter"},
		},
		{
			name: "optional parameter gone",
			why:  "a caller who sends it is refused, or no longer gets what it asks for",
			to:   []edit{{force, ""}},
			want: []string{"break " + detach + " request-parameter-removed"},
		},
		{
			name: "optional parameter gone after its sunset",
			why:  "that it was announced does not keep the caller's code working",
			from: []edit{{force, strings.Replace(force, "required: false,", "deprecated: true, x-sunset: 2020-01-01,", 1)}},
			to:   []edit{{force, ""}},
			want: []string{"break " + detach + " request-parameter-removed-with-deprecation"},
		},
		{
			name: "default changed",
			why:  "the same request, without the parameter, means something else",
			to:   []edit{{"schema: {type: boolean, default: false}", "schema: {type: boolean, default: true}"}},
			want: []string{"break " + detach + " request-parameter-default-value-changed"},
		},
		{
			name: "default of a property changed",
			why:  "an attach that leaves it out now loses the volume with the server",
			to:   []edit{{"delete_on_termination: {type: boolean, default: false}", "delete_on_termination: {type: boolean, default: true}"}},
			want: []string{"break " + attach + " request-property-default-value-changed"},
		},
		{
			name: "value of a parameter gone",
			why:  "a request with it was accepted",
			to:   []edit{{"enum: [soft, hard]", "enum: [soft]"}},
			want: []string{"break " + detach + " request-parameter-enum-value-removed"},
		},
		{
			name: "value of a parameter added",
			why:  "nobody has to use it",
			to:   []edit{{"enum: [soft, hard]", "enum: [soft, hard, later]"}},
			want: []string{"other " + detach + " request-parameter-enum-value-added"},
		},
		{
			name: "header spelled otherwise",
			why:  "case does not matter in the name of a header",
			to: []edit{
				{"name: Scp-ClientType", "name: scp-clienttype"},
				{"name: Scp-Api-Version", "name: SCP-API-VERSION"},
				{"name: Scp-Signature", "name: scp-signature"},
				{"X-Request-Id", "x-request-id"},
			},
		},
		{
			name: "path parameter renamed",
			why:  "its name is not part of a request",
			to:   []edit{{"/v1/volumes/{volume_id}:", "/v1/volumes/{id}:"}, {"operationId: show\n      parameters:\n        - {name: volume_id,", "operationId: show\n      parameters:\n        - {name: id,"}},
		},

		{
			name: "operation gone",
			why:  "every call fails",
			to:   []edit{{"    post:", "    put:"}},
			want: []string{"break " + attach + " api-removed-without-deprecation", "other PUT /v1/volumes/{volume_id}/servers endpoint-added"},
		},
		{
			name: "operation gone with its path",
			why:  "every call fails",
			to:   []edit{withoutDetach},
			want: []string{"other DELETE /v1/elsewhere/{volume_id}/{server_id} endpoint-added", "break " + detach + " api-path-removed-without-deprecation"},
		},
		{
			name: "operation gone after a deprecation",
			why:  "every call fails, announced or not",
			from: []edit{deprecated("")},
			to:   []edit{withoutDetach},
			want: []string{"other DELETE /v1/elsewhere/{volume_id}/{server_id} endpoint-added", "break " + detach + " api-path-removed-with-deprecation"},
		},
		{
			name: "operation gone after its sunset",
			why:  "every call fails; oasdiff says nothing of it, as the publisher kept its word",
			from: []edit{deprecated("2020-01-01")},
			to:   []edit{withoutDetach},
			want: []string{"other DELETE /v1/elsewhere/{volume_id}/{server_id} endpoint-added", "break " + detach + " api-path-removed-with-deprecation"},
		},
		{
			name: "operation gone before its sunset",
			why:  "every call fails, and not because of a day: no answer may change overnight",
			from: []edit{deprecated("2999-12-31")},
			to:   []edit{withoutDetach},
			want: []string{"other DELETE /v1/elsewhere/{volume_id}/{server_id} endpoint-added", "break " + detach + " api-path-removed-with-deprecation"},
		},
		{
			name: "operation gone after a sunset that is no date",
			why:  "every call fails",
			from: []edit{deprecated("soon")},
			to:   []edit{withoutDetach},
			want: []string{"other DELETE /v1/elsewhere/{volume_id}/{server_id} endpoint-added", "break " + detach + " api-path-removed-with-deprecation"},
		},
		{
			name: "draft operation gone",
			why:  "every call fails; oasdiff leaves drafts out",
			from: []edit{{"operationId: detach\n", "operationId: detach\n      x-stability-level: draft\n"}},
			to:   []edit{withoutDetach},
			want: []string{"other DELETE /v1/elsewhere/{volume_id}/{server_id} endpoint-added", "break " + detach + " api-path-removed-without-deprecation"},
		},
		{
			name: "draft operation changed",
			why:  "a request without the parameter was accepted; oasdiff leaves drafts out",
			from: []edit{{"operationId: detach\n", "operationId: detach\n      x-stability-level: alpha\n"}},
			to: []edit{
				{"operationId: detach\n", "operationId: detach\n      x-stability-level: alpha\n"},
				{"{name: force, in: query, required: false,", "{name: force, in: query, required: true,"},
			},
			want: []string{"break " + detach + " request-parameter-became-required"},
		},
		{
			name: "operation deprecated",
			why:  "it works as before; the lifecycle of both versions is told beside the changes",
			to:   []edit{deprecated("2020-01-01")},
		},
		{
			name: "path renamed",
			why:  "every call fails: nothing leads from the old path to the new one",
			to:   []edit{{"/v1/volumes/{volume_id}/servers/{server_id}:", "/v1/volumes/{volume_id}/attachments/{server_id}:"}},
			want: []string{"other DELETE /v1/volumes/{volume_id}/attachments/{server_id} endpoint-added", "break " + detach + " api-path-removed-without-deprecation"},
		},
		{
			name: "operation renamed",
			why:  "no request has the name; code generated anew has other names, which its compiler tells",
			to:   []edit{{"operationId: detach\n", "operationId: detachVolume\n"}},
			want: []string{"other " + detach + " api-operation-id-removed"},
		},

		{
			name: "required property of a request added",
			why:  "no request has it",
			to:   []edit{{"required: [server_id]", "required: [server_id, zone]"}, {"server_id: {type: string}\n                device", "server_id: {type: string}\n                zone: {type: string}\n                device"}},
			want: []string{"break " + attach + " new-required-request-property"},
		},
		{
			name: "property of a request became required",
			why:  "a request without it was accepted",
			to:   []edit{{"required: [server_id]", "required: [server_id, device]"}},
			want: []string{"break " + attach + " request-property-became-required"},
		},
		{
			name: "property of a request gone",
			why:  "a caller who sends it is refused, or no longer gets what it asks for",
			to:   []edit{{"                device: {type: string, maxLength: 20}\n", ""}},
			want: []string{"break " + attach + " request-property-removed"},
		},
		{
			name: "property of a request shortened",
			why:  "a longer value was accepted",
			to:   []edit{{"maxLength: 20", "maxLength: 10"}},
			want: []string{"break " + attach + " request-property-max-length-decreased"},
		},
		{
			name: "property of a request lengthened",
			why:  "every shorter value is as good as before",
			to:   []edit{{"maxLength: 20", "maxLength: 30"}},
			want: []string{"other " + attach + " request-property-max-length-increased"},
		},

		{
			name: "required property of an answer gone",
			why:  "a caller who reads it finds it missing",
			to:   []edit{{"required: [id, state]", "required: [state]"}, {"        id: {type: string}\n", ""}},
			want: []string{"break " + show + " response-required-property-removed"},
		},
		{
			name: "optional property of an answer gone",
			why:  "it may have been absent, but now always is: what a caller read there is not to be had",
			to:   []edit{{"        max_iops: {type: integer, nullable: true}\n", ""}},
			want: []string{"break " + show + " response-optional-property-removed"},
		},
		{
			name: "property of an answer became optional",
			why:  "a caller who reads it may find it missing",
			to:   []edit{{"required: [id, state]", "required: [id]"}},
			want: []string{"break " + show + " response-property-became-optional"},
		},
		{
			name: "property of an answer became nullable",
			why:  "a caller may find null where there was a number",
			to:   []edit{{"size: {type: integer}", "size: {type: integer, nullable: true}"}},
			want: []string{"break " + show + " response-property-became-nullable"},
		},
		{
			name: "null written as OpenAPI 3.1 does",
			why:  "the same values are allowed",
			to:   []edit{{"openapi: 3.0.3", "openapi: 3.1.0"}, {"{type: integer, nullable: true}", "{type: [integer, 'null']}"}},
		},
		{
			name: "null written as the vendor does",
			why:  "the same values are allowed",
			to:   []edit{{"openapi: 3.0.3", "openapi: 3.1.0"}, {"{type: integer, nullable: true}", "{anyOf: [{type: integer}, {type: 'null'}]}"}},
		},
		{
			name: "property of an answer became nullable in OpenAPI 3.1",
			why:  "a caller may find null where there was a number",
			to:   []edit{{"openapi: 3.0.3", "openapi: 3.1.0"}, {"size: {type: integer}", "size: {anyOf: [{type: integer}, {type: 'null'}]}"}},
			want: []string{"break " + show + " response-property-became-nullable"},
		},
		{
			name: "required property of an answer gone after its sunset",
			why:  "that it was announced does not keep the caller's code working",
			from: []edit{{"        id: {type: string}\n", "        id: {type: string, deprecated: true, x-sunset: 2020-01-01}\n"}},
			to:   []edit{{"required: [id, state]", "required: [state]"}, {"        id: {type: string}\n", ""}},
			want: []string{"break " + show + " response-required-property-removed-with-deprecation"},
		},
		{
			name: "property of a request gone after its sunset",
			why:  "that it was announced does not keep the caller's code working",
			from: []edit{{"{type: string, maxLength: 20}", "{type: string, maxLength: 20, deprecated: true, x-sunset: 2020-01-01}"}},
			to:   []edit{{"                device: {type: string, maxLength: 20}\n", ""}},
			want: []string{"break " + attach + " request-property-removed-with-deprecation"},
		},
		{
			name: "property of an answer of another type",
			why:  "a caller who reads a number cannot read a string",
			to:   []edit{{"size: {type: integer}", "size: {type: string}"}},
			want: []string{"break " + show + " response-property-type-changed"},
		},
		{
			name: "property of an answer added",
			why:  "who keeps to JSON's ways ignores what it does not know",
			to:   []edit{{"        size: {type: integer}", "        size: {type: integer}\n        zone: {type: string}"}},
			want: []string{"other " + show + " response-optional-property-added"},
		},
		{
			name: "value of an answer added",
			why:  "a caller who knows all states meets one that was ruled out",
			to:   []edit{{"enum: [available, in-use]", "enum: [available, in-use, reserved]"}},
			want: []string{"break " + show + " response-property-enum-value-added"},
		},
		{
			name: "value of an answer gone",
			why:  "a caller who waits for the state waits for ever; the publisher only promises less",
			to:   []edit{{"enum: [available, in-use]", "enum: [in-use]"}},
			want: []string{"break " + show + " response-property-enum-value-removed"},
		},
		{
			name: "header of an answer gone",
			why:  "a caller who logs the request's ID finds none",
			to:   []edit{{"          headers:\n            X-Request-Id: {schema: {type: string}}\n", ""}},
			want: []string{"break " + show + " optional-response-header-removed"},
		},
		{
			name: "media type of an answer gone",
			why:  "a caller who reads JSON cannot read XML",
			to:   []edit{{"application/json:\n              schema: {$ref", "application/xml:\n              schema: {$ref"}},
			want: []string{"other " + show + " response-media-type-added", "break " + show + " response-media-type-removed"},
		},

		{
			name: "authentication added",
			why:  "every request has to have one more header, and none has it",
			to: []edit{
				{"    signature: []", "    signature: []\n    token: []"},
				{"  schemas:", "    token: {type: apiKey, in: header, name: Scp-Token}\n  schemas:"},
			},
			want: []string{
				"other " + attach + " api-security-added", "break " + attach + " api-security-removed",
				"other " + detach + " api-security-added", "break " + detach + " api-security-removed",
				"other " + show + " api-security-added", "break " + show + " api-security-removed",
			},
		},
		{
			name: "authentication of one operation changed",
			why:  "a signed request was accepted",
			to: []edit{
				{"operationId: show", "operationId: show\n      security: [{token: []}]"},
				{"  schemas:", "    token: {type: http, scheme: bearer}\n  schemas:"},
			},
			want: []string{"other " + show + " api-security-added", "break " + show + " api-security-removed"},
		},
		{
			name: "authentication named otherwise",
			why:  "no request has the name that a document gives a scheme",
			to: []edit{
				{"  - accessKey: []", "  - key: []"},
				{"    accessKey: {type", "    key: {type"},
			},
		},
		{
			name: "server gone",
			why:  "callers in that region find nobody; oasdiff has no rule about servers",
			to:   []edit{{"enum: [west, east]", "enum: [west]"}},
			want: []string{"break all operations server-removed"},
		},
		{
			name: "server added",
			why:  "nobody has to use it",
			to:   []edit{{"enum: [west, east]", "enum: [west, east, north]"}},
			want: []string{"other all operations server-added"},
		},
		{
			name: "servers written otherwise",
			why:  "the URLs are the same",
			to: []edit{{
				"  - url: https://volumes.{region}.example.com\n    variables:\n      region: {default: west, enum: [west, east]}\n",
				"  - url: https://volumes.east.example.com/\n  - url: HTTPS://Volumes.west.example.com\n",
			}},
		},
		{
			name: "one operation moved to another server",
			why:  "its callers ask the old one",
			to:   []edit{{"operationId: show", "operationId: show\n      servers: [{url: 'https://show.example.com'}]"}},
			want: []string{
				"other " + show + " server-added",
				"break " + show + " server-removed",
				"break " + show + " server-removed",
			},
		},
		{
			name: "no servers named",
			why:  "a document that names none says nothing about them",
			to: []edit{{
				"servers:\n  - url: https://volumes.{region}.example.com\n    variables:\n      region: {default: west, enum: [west, east]}\n", "",
			}},
			want: []string{"other all operations servers-not-named"},
		},

		{
			name: "texts",
			why:  "they bind nobody",
			to: []edit{
				{"title: Volumes", "title: Block volumes"},
				{"description: Conflict", "description: The volume is busy"},
				{"operationId: show", "operationId: show\n      tags: [volumes]\n      summary: Show\n      externalDocs: {url: 'https://example.com'}"},
				{"size: {type: integer}", "size: {type: integer, example: 10}"},
			},
		},
		{
			name:     "what no rule is about",
			why:      "a list is sent in another form: silence would be a lie",
			from:     []edit{{force, force + "        - {name: tags, in: query, style: form, explode: true, schema: {type: array, items: {type: string}}}\n"}},
			to:       []edit{{force, force + "        - {name: tags, in: query, style: form, explode: false, schema: {type: array, items: {type: string}}}\n"}},
			unjudged: []string{detach + " differs in its parameters, in a way that no rule judges"},
		},
		{
			name: "a callback",
			why:  "oasdiff compares callbacks, and judges none",
			to: []edit{{
				"operationId: attach\n", "operationId: attach\n      callbacks: {done: {'{$request.query.url}': {post: {responses: {'200': {description: OK}}}}}}\n",
			}},
			unjudged: []string{attach + " differs in its callbacks, in a way that no rule judges"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.NotEmpty(t, tt.why)
			changes := between(t, edited(t, tt.from), edited(t, tt.to))
			got, breaks := []string{}, 0
			for _, c := range changes.Changes {
				kind := "other "
				if c.Break {
					kind = "break "
					breaks++
				}
				got = append(got, kind+c.where()+" "+c.ID)
				assert.Equal(t, c.Break, c.Means != "", c.Text)
				assert.NotContains(t, c.Text, "deprecation", "who publishes may care, who calls does not")
			}
			assert.ElementsMatch(t, tt.want, got)
			assert.ElementsMatch(t, tt.unjudged, changes.Unjudged)
			assert.Equal(t, breaks, changes.Breaks)
			switch {
			case breaks > 0:
				assert.Equal(t, conformance.ExitFailed, changes.ExitCode)
			case len(tt.unjudged) > 0:
				assert.Equal(t, conformance.ExitNotJudged, changes.ExitCode)
			default:
				assert.Equal(t, conformance.ExitOK, changes.ExitCode)
			}
		})
	}
}

// edited writes the base document, with edits, to a file.
func edited(t *testing.T, edits []edit) string {
	t.Helper()
	data, err := os.ReadFile("testdata/base.yaml")
	require.NoError(t, err)
	text := string(data)
	for _, e := range edits {
		require.Equal(t, 1, strings.Count(text, e.old), e.old)
		text = strings.Replace(text, e.old, e.new, 1)
	}
	file := filepath.Join(t.TempDir(), "volumes.yaml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

var judged = lifecycle.Day(2026, 11, 25)

func between(t *testing.T, from, to string) *Changes {
	t.Helper()
	older, err := File(from)
	require.NoError(t, err)
	newer, err := File(to)
	require.NoError(t, err)
	changes, err := Between(older, newer, judged)
	require.NoError(t, err)
	return changes
}

// TestVersions compares every two documents that are built in, in both directions.
func TestVersions(t *testing.T) {
	set, err := openapi.Load()
	require.NoError(t, err)
	for _, older := range set.Versions {
		for _, newer := range set.Versions {
			from, to := older.Version.ID, newer.Version.ID
			t.Run(from.String()+" to "+to.String(), func(t *testing.T) {
				a, err := Of(set, from)
				require.NoError(t, err)
				b, err := Of(set, to)
				require.NoError(t, err)
				changes, err := Between(a, b, judged)
				require.NoError(t, err)
				assert.Empty(t, changes.Unjudged)

				// Nothing but the fields of a shown volume differs, and they go only if one moves back.
				show := set.Volumes.Operation(openapi.ShowOperation)
				appear, vanish := len(show.LaterFields(from))-len(show.LaterFields(to)), 0
				if appear < 0 {
					appear, vanish = 0, -appear
				}
				assert.Equal(t, vanish, changes.Breaks)
				assert.Len(t, changes.Changes, appear+vanish)
				if from != to {
					assert.Contains(t, changes.Migration, `from "virtualserver `+from.String()+`" to "virtualserver `+to.String()+`"`)
					assert.Contains(t, changes.Migration, "no break")
				}
				assert.Equal(t, older.Version.NotBefore.String(), changes.From.NotBefore.String())
				assert.Contains(t, changes.To.Standing, to.String()+" ")
			})
		}
	}
}

func TestUnknownVersion(t *testing.T) {
	set, err := openapi.Load()
	require.NoError(t, err)
	unknown := set.Versions[len(set.Versions)-1].Version.ID.Next()
	_, err = Of(set, unknown)
	var typed *UnknownVersionError
	require.ErrorAs(t, err, &typed)
	assert.Equal(t, unknown, typed.ID)
	assert.ErrorContains(t, err, "unknown version "+unknown.String()+": documents exist for "+set.Versions[0].Version.ID.String()+", ")
}

// TestJSON holds the shape that scripts rely on.
func TestJSON(t *testing.T) {
	changes := between(t, edited(t, nil), edited(t, []edit{{`        "409": {description: Conflict}` + "\n", ""}}))
	var b strings.Builder
	require.NoError(t, changes.JSON(&b))
	assert.JSONEq(t, `{
		"schema_version": 1,
		"day": "2026-11-25",
		"from": {"document": "volumes.yaml", "version": "1.8", "header": "volumes 1.8", "state": "DEPRECATED",
			"not_before": "2027-01-31", "standing": "1.8 is DEPRECATED until 2027-01-31, 67 days left"},
		"to": {"document": "volumes.yaml", "version": "1.8", "header": "volumes 1.8", "state": "DEPRECATED",
			"not_before": "2027-01-31", "standing": "1.8 is DEPRECATED until 2027-01-31, 67 days left"},
		"migration": "Scp-Api-Version stays \"volumes 1.8\"",
		"changes": [{"id": "response-non-success-status-removed", "break": true, "method": "DELETE",
			"path": "/v1/volumes/{volume_id}/servers/{server_id}",
			"text": "removed the non-success response with the status `+"`409`"+`",
			"means": "a caller who waits for this status, or acts on it, never sees it again"}],
		"unjudged": [],
		"breaks": 1,
		"headline": "1 break for a caller who moves from 1.8 to 1.8",
		"exit_code": 1
	}`, b.String())

	b.Reset()
	require.NoError(t, between(t, edited(t, nil), edited(t, nil)).JSON(&b))
	var empty map[string]any
	require.NoError(t, json.Unmarshal([]byte(b.String()), &empty))
	assert.Equal(t, []any{}, empty["changes"], "an empty list, not null")
	assert.Equal(t, []any{}, empty["unjudged"])
}
