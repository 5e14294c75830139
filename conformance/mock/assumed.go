package mock

import "net/http"

// No document says which refusal belongs to which cause: they name 400 and 409, and no more. These choices
// are ours [assumed]; the conformance suite accepts either status for any of them.
const (
	assumedUnknownVersion = http.StatusBadRequest
	assumedUnknownID      = http.StatusBadRequest
	assumedMalformedID    = http.StatusBadRequest
	assumedOSVolume       = http.StatusConflict
	assumedNotAttached    = http.StatusConflict
	assumedBusy           = http.StatusConflict
)
