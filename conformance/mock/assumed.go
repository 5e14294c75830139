package mock

import "net/http"

// Which refusal belongs to which cause is documented nowhere: 400 and 409 stand in the documents with
// no more than their names. These are assumed, and the conformance suite takes either for any of them.
const (
	assumedUnknownVersion = http.StatusBadRequest
	assumedUnknownID      = http.StatusBadRequest
	assumedMalformedID    = http.StatusBadRequest
	assumedOSVolume       = http.StatusConflict
	assumedNotAttached    = http.StatusConflict
	assumedBusy           = http.StatusConflict
)
