package lifecycle_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

func roundTrip(t require.TestingT, table lifecycle.Table) lifecycle.Table {
	var file bytes.Buffer
	require.NoError(t, table.Save(&file))
	back, err := lifecycle.Load(&file)
	require.NoError(t, err)
	return back
}

func TestSave(t *testing.T) {
	read := lifecycle.Table{Source: host, Versions: seed.Versions[:2], Read: readAt.In(time.FixedZone("KST", 9*60*60))}
	var file strings.Builder
	require.NoError(t, read.Save(&file))
	assert.Equal(t, `{
  "schema": 1,
  "source": "`+host+`",
  "read": "2026-11-23T04:05:06Z",
  "versions": [
    {
      "id": "1.3",
      "status": "CURRENT"
    },
    {
      "id": "1.2",
      "status": "SUPPORTED",
      "not_before": "2026-08-31"
    }
  ]
}
`, file.String())
}

func TestSaveRefuses(t *testing.T) {
	ok := lifecycle.Table{Source: host, Read: readAt, Versions: seed.Versions}
	for name, c := range map[string]struct {
		spoil func(*lifecycle.Table)
		want  string
	}{
		"no source":       {func(t *lifecycle.Table) { t.Source = "" }, "source"},
		"no time":         {func(t *lifecycle.Table) { t.Read = time.Time{} }, "time"},
		"no versions":     {func(t *lifecycle.Table) { t.Versions = nil }, "no version"},
		"one twice":       {func(t *lifecycle.Table) { t.Versions = append(t.Versions[:2:2], t.Versions[0]) }, "twice"},
		"an ended label":  {func(t *lifecycle.Table) { t.Versions = []lifecycle.Version{{Label: lifecycle.Ended}} }, "ENDED"},
		"a negative id":   {func(t *lifecycle.Table) { t.Versions = []lifecycle.Version{{ID: lifecycle.V(-1, 0)}} }, "-1.0"},
		"a broken writer": {func(*lifecycle.Table) {}, "disk full"},
	} {
		t.Run(name, func(t *testing.T) {
			spoilt := ok
			c.spoil(&spoilt)
			assert.ErrorContains(t, spoilt.Save(full{}), c.want)
		})
	}
}

// full is a writer that always fails.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestLoadRefuses(t *testing.T) {
	const head = `{"schema":1,"source":"a host","read":"2026-11-23T04:05:06Z","versions":[`
	file := func(version string) string { return head + version + `]}` }
	_, err := lifecycle.Load(strings.NewReader(file(`{"id":"v1.3","status":"current","not_before":"20260831"}`)))
	require.NoError(t, err, "what is varied below")

	for name, c := range map[string]struct{ file, want string }{
		"nothing":               {"", "JSON"},
		"an answer, not a file": {`{"versions":[{"id":"v1.3","status":"CURRENT"}]}`, "unknown schema 0"},
		"another schema":        {`{"schema":2}`, "unknown schema 2"},
		"no source":             {strings.Replace(file(`{"id":"1.3","status":"CURRENT"}`), "a host", "", 1), "source"},
		"a source that rings":   {strings.Replace(file(`{"id":"1.3","status":"CURRENT"}`), "a host", `a\u0007host`, 1), `a\ahost`},
		"no time":               {strings.Replace(file(`{"id":"1.3","status":"CURRENT"}`), `"read":"2026-11-23T04:05:06Z",`, "", 1), "time"},
		"a nonsense time":       {strings.Replace(file(`{"id":"1.3","status":"CURRENT"}`), "T04:", "T99:", 1), "T99:"},
		"no version":            {file(""), "no version"},
		"an ended label":        {file(`{"id":"1.3","status":"ENDED"}`), "ENDED"},
		"a nonsense date":       {file(`{"id":"1.3","status":"CURRENT","not_before":"2026-8-1"}`), "version 1.3: date \"2026-8-1\""},
		"a misspelt date":       {file(`{"id":"1.3","status":"CURRENT","notbefore":"2026-08-01"}`), "notbefore"},
		"two dates":             {file(`{"id":"1.3","status":"CURRENT","not_before":"2026-08-01","not_before":""}`), `key "not_before" is there twice`},
		"a date in other case":  {file(`{"id":"1.3","status":"CURRENT","NOT_BEFORE":"2026-08-01"}`), `key "NOT_BEFORE": write it as "not_before"`},
		"two sources":           {`{"source":"other",` + file(`{"id":"1.3","status":"CURRENT"}`)[1:], `key "source" is there twice`},
		"a time in other case":  {`{"Read":"2025-11-23T04:05:06Z",` + file(`{"id":"1.3","status":"CURRENT"}`)[1:], `key "Read": write it as "read"`},
		"one twice":             {file(`{"id":"1.3","status":"CURRENT"},{"id":"1.3","status":"CURRENT"}`), "twice"},
		"something after it":    {file(`{"id":"1.3","status":"CURRENT"}`) + "{}", "after the JSON"},
		"a file without end":    {head + strings.Repeat(" ", 10<<20), "1048576"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := lifecycle.Load(strings.NewReader(c.file))
			assert.ErrorContains(t, err, c.want)
			assert.Zero(t, got)
		})
	}
}

func TestSaveAndLoad(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		read := lifecycle.Table{
			Source:   fmt.Sprintf("host-%d", rapid.Uint16().Draw(t, "host")),
			Read:     time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")).UTC(),
			Versions: anyVersions.Draw(t, "versions"),
		}
		assert.Equal(t, read, roundTrip(t, read))
	})
}
