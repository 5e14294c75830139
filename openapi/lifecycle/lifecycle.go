// Package lifecycle tells what a version of the API is on a day: whether it may
// be called, how long still, and which version to move to. It is the one place
// where a date is compared; everybody else asks it, and the types leave them
// little choice: a [Date] can be read and printed, but neither ordered nor
// tested with ==.
//
// A [Table] is what was read, labels and dates, from the documents or from an
// endpoint. Labels age: SUPPORTED turns into DEPRECATED without anybody editing
// the document. [Table.At] therefore answers for a day judged, from label, date
// and day together, and that answer is what holds.
//
//	on the day judged                state
//	labelled PLANNED                 PLANNED, not callable
//	date arrived or passed           ENDED
//	labelled CURRENT                 CURRENT
//	90 days or more to the date      SUPPORTED
//	fewer than 90 days to the date   DEPRECATED
//	no date                          as labelled
//
// The labels, and that DEPRECATED means fewer than 90 days, are the vendor's
// common API reference; that a version ends on its date, not after it, is in
// the text of the deprecated versions ("Not Before … has arrived or expired").
// In which time zone a day begins is said nowhere: see the assumption in date.go.
//
// The package is the standard library alone, so that a service can ask it at
// no cost, in a test that fails its build or in a line it logs at start.
package lifecycle
