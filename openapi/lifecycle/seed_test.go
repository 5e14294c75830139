package lifecycle_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// seed is the table of versions 1.0 to 1.3 as their documents were first
// published, written out here so that new documents change no test.
var seed = lifecycle.Table{
	Source: "the documents",
	Versions: []lifecycle.Version{
		{ID: lifecycle.V(1, 3), Label: lifecycle.Current},
		{ID: lifecycle.V(1, 2), Label: lifecycle.Supported, NotBefore: lifecycle.Day(2026, time.August, 31)},
		{ID: lifecycle.V(1, 1), Label: lifecycle.Deprecated, NotBefore: lifecycle.Day(2026, time.May, 31)},
		{ID: lifecycle.V(1, 0), Label: lifecycle.Deprecated, NotBefore: lifecycle.Day(2025, time.December, 31)},
	},
}

// day parses a date.
func day(t testing.TB, s string) lifecycle.Date {
	t.Helper()
	d, err := lifecycle.ParseDate(s)
	require.NoError(t, err)
	return d
}

// version makes a version of text such as "1.2", "SUPPORTED", "2026-08-31".
func version(t testing.TB, id, label, date string) lifecycle.Version {
	t.Helper()
	n, err := lifecycle.ParseID(id)
	require.NoError(t, err)
	return lifecycle.Version{ID: n, Label: lifecycle.State(label), NotBefore: day(t, date)}
}

// table makes an endpoint's table of such versions, without a time of reading.
func table(t testing.TB, rows ...[3]string) lifecycle.Table {
	t.Helper()
	made := lifecycle.Table{Source: "an endpoint"}
	for _, row := range rows {
		made.Versions = append(made.Versions, version(t, row[0], row[1], row[2]))
	}
	return made
}
