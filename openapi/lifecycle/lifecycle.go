// Package lifecycle tells which state a version of the API is in on a day: whether
// it may be called, for how much longer, and which version to move to. It is the
// only place where dates are compared, and its types enforce that: a [Date] can be
// read and printed, but neither ordered nor compared with ==.
//
// A [Table] holds the labels and dates that were read from the documents or from an
// endpoint. Labels age: SUPPORTED turns into DEPRECATED without anybody editing
// the document. [Table.At] therefore takes a day, the day judged, and works out the
// state of each version from its label, its date and that day. The first line that
// applies decides:
//
//	on the day judged                          state
//	no date                                    as labelled
//	labelled PLANNED                           PLANNED, not callable
//	labelled CURRENT, and read on that day     CURRENT
//	on the date or after it                    ENDED
//	labelled CURRENT                           CURRENT
//	90 days or more to the date                SUPPORTED
//	fewer than 90 days to the date             DEPRECATED
//
// Sources are cited as [seed], the documents of versions 1.0 to 1.3; [common], the
// vendor's common API reference; and [sdk], the vendor's public Go SDK. The labels,
// and that DEPRECATED means fewer than 90 days, are [common]. That a version ends
// on its date, not after it, is [seed]: "Deprecated versions whose Not Before date
// has arrived or expired are no longer supported". No source says in which time
// zone a day begins: see the assumption in date.go.
//
// The package imports nothing but the standard library, so that any service can use
// it: in a test that fails its build, or in a line that it logs at start.
package lifecycle
