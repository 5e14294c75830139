package conformance

import (
	"net/http"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// Clause is one statement about the API that a caller can observe, with where it stands. Cases are held
// against clauses, and no clause is without a case or a reason.
type Clause struct {
	// ID is stable: cases, reports and baselines name it.
	ID string `json:"id"`
	// Text is the statement.
	Text   string `json:"text"`
	Source Source `json:"source"`
	// Since is the first version it holds for; zero for all of them.
	Since lifecycle.ID `json:"since,omitzero"`
	// Operation and Status are set for a clause that is one documented answer of one operation.
	Operation string `json:"operation,omitempty"`
	Status    int    `json:"status,omitempty"`
	// Exempt says why no case can be held against it, and since when that is so (YYYY-MM-DD).
	Exempt string `json:"exempt,omitempty"`
	Dated  string `json:"dated,omitempty"`
}

// Source is where a statement comes from.
type Source string

// The sources, the strongest first.
const (
	Document Source = "document" // the vendor's page of the operation
	Common   Source = "common"   // the vendor's Common API reference
	SDK      Source = "sdk"      // what the vendor's public SDK sends and reads
	Field    Source = "field"    // what was seen of the live service
	Assumed  Source = "assumed"  // nobody's word but ours
)

// The operations of the documents.
const (
	opDetach   = "detachVolumeFromVirtualServer"
	opAttach   = "attachVolumeToVirtualServer"
	opShow     = "showVolume"
	opVersions = "listVersions"
)

// checked is the day on which the exemptions were looked through.
const checked = "2026-11-23"

// Clauses are all the statements.
func Clauses() []Clause { return clauses }

var clauses = []Clause{
	// The operation.
	{
		ID: "DETACH-202", Operation: opDetach, Status: http.StatusAccepted, Source: Document,
		Text: "Detach Volume from Virtual Server answers 202 Accepted.",
	},
	{
		ID: "DETACH-400", Operation: opDetach, Status: http.StatusBadRequest, Source: Document,
		Text: "Detach Volume from Virtual Server answers 400 Bad Request.",
	},
	{
		ID: "DETACH-401", Operation: opDetach, Status: http.StatusUnauthorized, Source: Document,
		Text: "Detach Volume from Virtual Server answers 401 Unauthorized.",
	},
	{
		ID: "DETACH-409", Operation: opDetach, Status: http.StatusConflict, Source: Document,
		Text: "Detach Volume from Virtual Server answers 409 Conflict.",
	},
	{
		ID: "DETACH-STATUS", Source: Document,
		Text: "The answers are 202, 400, 401 and 409, and no other.",
	},
	{
		ID: "DETACH-SCHEMA", Source: Document,
		Text: "202 Accepted has the schema None: it carries nothing.",
	},
	{
		ID: "DETACH-EFFECT", Source: Document,
		Text: "Detach the Volume from a server.",
	},
	{
		ID: "DETACH-ONLY", Source: Document,
		Text: "Detach the Volume from a server: the volume that is named, from the server that is named, and nothing else.",
	},
	{
		ID: "DETACH-METHOD", Source: Document,
		Text: "Detaching is DELETE /v1/volumes/{volume_id}/servers/{server_id}: no other method of that path does it.",
	},
	{
		ID: "DETACH-VOLUME-ID", Source: Document,
		Text: "volume_id is required, and is the ID of a volume.",
	},
	{
		ID: "DETACH-SERVER-ID", Source: Document,
		Text: "server_id is required, and is the ID of a server.",
	},
	{
		ID: "DETACH-STATE", Source: Assumed,
		Text: "A volume that is not attached, attached elsewhere, or on its way is refused with 400 or 409.",
	},
	{
		ID: "DETACH-OS-VOLUME", Source: Document,
		Text: "For the OS’s default volume, you cannot modify the attached server.",
	},
	{
		ID: "DETACH-OS-CANCEL", Source: Document, Dated: checked,
		Text:   "For the OS’s default volume, you cannot cancel the service.",
		Exempt: "No operation of the documents cancels a service.",
	},
	{
		ID: "DETACH-GUEST", Source: Document, Dated: checked,
		Text:   "Be sure to perform the disconnection steps (unmount, set the disk offline) before detaching, or the server may enter an error state (Hang).",
		Exempt: "It is about the guest, which the API does not show.",
	},

	// The request headers.
	{ID: "AUTH-ACCESS-KEY", Source: Document, Text: "The request header has Scp-Accesskey."},
	{ID: "AUTH-SIGNATURE", Source: Document, Text: "The request header has Scp-Signature."},
	{ID: "AUTH-TIMESTAMP", Source: Document, Text: "The request header has Scp-Timestamp, in milliseconds."},
	{ID: "AUTH-CLIENT-TYPE", Source: Document, Text: "The request header has Scp-ClientType = Openapi."},
	{ID: "AUTH-HEADER-CASE", Source: SDK, Text: "The names of headers are not case-sensitive; the vendor's SDK writes Scp-AccessKey, and an empty Scp-AccountId."},
	{ID: "AUTH-LANGUAGE", Source: Document, Text: "The request header has Accept-Language = ko-KR; the English pages have en-US."},
	{ID: "AUTH-SIGNATURE-SECRET", Source: SDK, Text: "The signature is the HMAC-SHA256 keyed with the secret key of the access key."},
	{ID: "AUTH-SIGNATURE-ENCODING", Source: SDK, Text: "The signature is base64, of the standard alphabet, padded."},
	{ID: "AUTH-SIGNATURE-METHOD", Source: SDK, Text: "The method is signed."},
	{ID: "AUTH-SIGNATURE-URL", Source: SDK, Text: "The whole URL is signed: scheme, host, path and query, as they are on the wire."},
	{ID: "AUTH-SIGNATURE-TIMESTAMP", Source: SDK, Text: "The timestamp is signed."},
	{ID: "AUTH-SIGNATURE-ACCESS-KEY", Source: SDK, Text: "The access key is signed."},
	{ID: "AUTH-SIGNATURE-ACCOUNT", Source: SDK, Text: "The account ID is signed, where there is one."},
	{ID: "AUTH-SIGNATURE-CLIENT-TYPE", Source: SDK, Text: "The client type is signed."},
	{ID: "AUTH-TIMESTAMP-WINDOW", Source: Assumed, Text: "A timestamp is no more than 5 minutes old, or ahead."},

	// The version header and the life of a version.
	{ID: "VERSION-PINNED", Source: Document, Text: "Scp-Api-Version = virtualserver and the version asks for that version."},
	{ID: "VERSION-DEFAULT", Source: Common, Text: "Without Scp-Api-Version the newest CURRENT version answers."},
	{ID: "VERSION-UNKNOWN", Source: Assumed, Text: "A version that there is not, or that is written another way, is refused with 400 or 409."},
	{ID: "VERSION-SAME", Source: Document, Text: "Path, parameters and responses are the same in every version."},
	{ID: "VERSION-STATE", Source: Document, Text: "Each version has a state: CURRENT, SUPPORTED or DEPRECATED."},
	{ID: "VERSION-CURRENT", Source: Common, Text: "Only one version is CURRENT at a time."},
	{ID: "VERSION-DEPRECATED", Source: Common, Text: "DEPRECATED means that fewer than 90 days remain."},
	{ID: "VERSION-NOT-BEFORE", Source: Document, Text: "A version is supported until its minimum guaranteed support date at least."},
	{
		ID: "VERSION-ENDED", Source: Document,
		Text: "Deprecated versions whose Not Before date has arrived or expired are no longer supported.",
	},
	{ID: "VERSION-PLANNED", Source: Common, Text: "A PLANNED version is documented, and cannot be called."},

	// Version discovery.
	{
		ID: "DISCOVERY-200", Operation: opVersions, Status: http.StatusOK, Source: Common,
		Text: "GET / answers 200 with the versions as JSON.",
	},
	{ID: "DISCOVERY-UNSIGNED", Source: Common, Text: "GET / needs no signature."},
	{ID: "DISCOVERY-LISTED", Source: Common, Text: "GET / lists every version that is supported."},
	{
		ID: "DISCOVERY-FORM", Source: Common,
		Text: "Each version has an id with a leading v, a status, a not_before that may be empty, and links.",
	},
	{ID: "DISCOVERY-ORDER", Source: Assumed, Text: "No version ends before an older one."},

	// What is around a detach. It is judged as far as a detach is set up and seen by it.
	{ID: "SHOW-200", Operation: opShow, Status: http.StatusOK, Source: SDK, Text: "Showing a volume answers 200 with its state and its servers."},
	{
		ID: "SHOW-400", Operation: opShow, Status: http.StatusBadRequest, Source: SDK, Dated: checked,
		Text: "Showing a volume answers 400 Bad Request.", Exempt: "The suite judges detaching, and shows no volume that could be refused; the live service was seen to answer 404.",
	},
	{ID: "SHOW-401", Operation: opShow, Status: http.StatusUnauthorized, Source: SDK, Text: "Showing a volume answers 401 Unauthorized."},
	{ID: "ATTACH-202", Operation: opAttach, Status: http.StatusAccepted, Source: SDK, Text: "Attaching a volume answers 202 with the attachment."},
	{
		ID: "ATTACH-400", Operation: opAttach, Status: http.StatusBadRequest, Source: SDK, Dated: checked,
		Text: "Attaching a volume answers 400 Bad Request.", Exempt: "The suite judges detaching, and attaches nothing that could be refused.",
	},
	{
		ID: "ATTACH-401", Operation: opAttach, Status: http.StatusUnauthorized, Source: SDK,
		Text: "Attaching a volume answers 401 Unauthorized.",
	},
	{
		ID: "ATTACH-409", Operation: opAttach, Status: http.StatusConflict, Source: SDK, Dated: checked,
		Text: "Attaching a volume answers 409 Conflict.", Exempt: "The suite judges detaching, and attaches nothing that could be refused.",
	},

	// The form of answers.
	{ID: "FORM-ERROR", Source: Field, Text: "An error is JSON and says so, and has a code and a message."},
	{ID: "FORM-REDIRECT", Source: Document, Text: "No answer is a redirect."},
	{ID: "FORM-CREDENTIALS", Source: Assumed, Text: "No answer has the caller's keys or signature in it."},
	{ID: "FORM-COMPLETE", Source: Assumed, Text: "An answer is complete: its body ends, and is as long as it says."},
	{ID: "FORM-TLS", Source: Assumed, Text: "An https endpoint speaks TLS 1.2 or newer, and nothing older."},
}

// ClauseByID returns the clause of an ID, and false where there is none.
func ClauseByID(id string) (Clause, bool) {
	for _, c := range clauses {
		if c.ID == id {
			return c, true
		}
	}
	return Clause{}, false
}
