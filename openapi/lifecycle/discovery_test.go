package lifecycle_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

const host = "virtualserver.kr-west1.e.samsungsdscloud.com"

var readAt = time.Date(2026, time.November, 23, 4, 5, 6, 0, time.UTC)

func TestParseDiscovery(t *testing.T) {
	const links = `"links":[{"href":"https://` + host + `/v1","rel":"self"}]`
	for name, c := range map[string]struct {
		body string
		want [][3]string
	}{
		"as the reference shows it": {
			`{"versions":[{"id":"v1.3",` + links + `,"not_before":"2026-08-31","status":"SUPPORTED"}]}`,
			[][3]string{{"1.3", "SUPPORTED", "2026-08-31"}},
		},
		"with 1.4 and 1.5, without 1.0 and 1.1": {
			`{"versions":[{"id":"v1.5","status":"CURRENT"},{"id":"v1.4","status":"SUPPORTED","not_before":"2027-09-18"},
				{"id":"v1.3","status":"SUPPORTED"},{"id":"v1.2","status":"DEPRECATED","not_before":"2026-08-31"}]}`,
			[][3]string{{"1.5", "CURRENT", ""}, {"1.4", "SUPPORTED", "2027-09-18"}, {"1.3", "SUPPORTED", ""}, {"1.2", "DEPRECATED", "2026-08-31"}},
		},
		"a date without dashes":    {`{"versions":[{"id":"v1.2","not_before":"20260831","status":"SUPPORTED"}]}`, [][3]string{{"1.2", "SUPPORTED", "2026-08-31"}}},
		"a date beside CURRENT":    {`{"versions":[{"id":"v1.2","not_before":"2026-08-31","status":"CURRENT"}]}`, [][3]string{{"1.2", "CURRENT", "2026-08-31"}}},
		"a null date":              {`{"versions":[{"id":"v1.2","not_before":null,"status":"CURRENT"}]}`, [][3]string{{"1.2", "CURRENT", ""}}},
		"an empty date":            {`{"versions":[{"id":"v1.2","not_before":"","status":"CURRENT"}]}`, [][3]string{{"1.2", "CURRENT", ""}}},
		"a dash for a date":        {`{"versions":[{"id":"v1.2","not_before":"-","status":"CURRENT"}]}`, [][3]string{{"1.2", "CURRENT", ""}}},
		"the documents' labels":    {`{"versions":[{"id":"v1.2","status":"Active (Current)"}]}`, [][3]string{{"1.2", "CURRENT", ""}}},
		"unknown keys, inside too": {`{"More":1,"more":{"ID":1,"id":2,"id":3},"versions":[{"id":"v1.3","status":"CURRENT","links":[{"rel":"a","rel":"b","Status":1}],"LINKS":0}]}`, [][3]string{{"1.3", "CURRENT", ""}}},
		"no v, and unknown fields": {`{"more":1,"versions":[{"id":"1.10","status":"PLANNED","more":[]}]}` + "\n ", [][3]string{{"1.10", "PLANNED", ""}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := lifecycle.ParseDiscovery(iotest.OneByteReader(strings.NewReader(c.body)), host, readAt)
			require.NoError(t, err)
			assert.Equal(t, lifecycle.Table{Source: host, Read: readAt, Versions: table(t, c.want...).Versions}, got)
		})
	}
}

func TestParseDiscoveryRefuses(t *testing.T) {
	one := func(version string) string { return `{"versions":[` + version + `]}` }
	for name, c := range map[string]struct {
		body string
		want []string // what the error names
	}{
		"an empty body":       {"", []string{"JSON"}},
		"a page":              {"<html><title>Log in</title></html>", []string{"JSON"}},
		"a cut body":          {`{"versions":[{"id":"v1.3","sta`, []string{"JSON"}},
		"no versions":         {`{}`, []string{"no version"}},
		"null":                {`null`, []string{"no version"}},
		"null versions":       {`{"versions":null}`, []string{"no version"}},
		"an empty list":       {`{"versions":[]}`, []string{"no version"}},
		"another shape":       {`[]`, []string{"JSON"}},
		"versions by name":    {`{"versions":{"v1.3":{"status":"CURRENT"}}}`, []string{"JSON"}},
		"something after it":  {one(`{"id":"v1.3","status":"CURRENT"}`) + `{}`, []string{"after the JSON"}},
		"rubbish after it":    {one(`{"id":"v1.3","status":"CURRENT"}`) + `]`, []string{"after the JSON"}},
		"a null version":      {one(`null`), []string{`""`}},
		"no id":               {one(`{"status":"CURRENT"}`), []string{`""`}},
		"a nonsense id":       {one(`{"id":"v1.x","status":"CURRENT"}`), []string{"v1.x"}},
		"a number for an id":  {one(`{"id":1.3,"status":"CURRENT"}`), []string{"number", "id"}},
		"no status":           {one(`{"id":"v1.3"}`), []string{"1.3", `""`}},
		"an unknown status":   {one(`{"id":"v1.3","status":"RETIRED"}`), []string{"1.3", "RETIRED"}},
		"our own word":        {one(`{"id":"v1.3","status":"ENDED"}`), []string{"1.3", "ENDED"}},
		"a nonsense date":     {one(`{"id":"v1.2","status":"SUPPORTED","not_before":"2026-02-31"}`), []string{"1.2", "2026-02-31"}},
		"a number for a date": {one(`{"id":"v1.2","status":"SUPPORTED","not_before":20260831}`), []string{"1.2", "20260831", "string"}},
		"a list for a date":   {one(`{"id":"v1.2","status":"SUPPORTED","not_before":["2026-08-31"]}`), []string{"1.2", "2026-08-31", "string"}},
		"two lists of versions": {
			`{"versions":[{"id":"v1.3","status":"CURRENT"}],"versions":[{"id":"v1.3","status":"SUPPORTED","not_before":"2026-08-31"}]}`,
			[]string{`"versions"`, "twice"},
		},
		"an empty second list":     {`{"versions":[{"id":"v1.3","status":"CURRENT"}],"versions":null}`, []string{`"versions"`, "twice"}},
		"Versions beside versions": {`{"versions":[{"id":"v1.3","status":"CURRENT"}],"Versions":[]}`, []string{`"Versions"`, `write it as "versions"`}},
		"Versions alone":           {`{"VERSIONS":[{"id":"v1.3","status":"CURRENT"}]}`, []string{`"VERSIONS"`, `write it as "versions"`}},
		"two dates":                {one(`{"id":"v1.2","not_before":"2026-08-31","status":"SUPPORTED","not_before":null}`), []string{`"not_before"`, "twice"}},
		"two equal dates":          {one(`{"id":"v1.2","not_before":"2026-08-31","status":"SUPPORTED","not_before":"2026-08-31"}`), []string{`"not_before"`, "twice"}},
		"a date dropped":           {one(`{"id":"v1.2","not_before":"2026-08-31","status":"SUPPORTED","NOT_BEFORE":null}`), []string{`"NOT_BEFORE"`, `write it as "not_before"`}},
		"a date in other case":     {one(`{"id":"v1.2","status":"SUPPORTED","Not_Before":"2026-08-31"}`), []string{`"Not_Before"`, `write it as "not_before"`}},
		"a date, escaped":          {one(`{"id":"v1.2","not_before":"2026-08-31","status":"SUPPORTED","not\u005fbefore":""}`), []string{`"not_before"`, "twice"}},
		"a long s":                 {one(`{"id":"v1.2","status":"SUPPORTED","ſtatus":"CURRENT"}`), []string{`"ſtatus"`, `write it as "status"`}},
		"two ids":                  {one(`{"id":"v1.2","id":"v1.3","status":"CURRENT"}`), []string{`"id"`, "twice"}},
		"in the second version":    {one(`{"id":"v1.3","status":"CURRENT"},{"id":"v1.2","status":"SUPPORTED","status":"CURRENT"}`), []string{`"status"`, "twice"}},
		"an unknown key twice":     {one(`{"id":"v1.3","status":"CURRENT","more":1,"more":2}`), []string{`"more"`, "twice"}},
		"one twice":                {one(`{"id":"v1.3","status":"CURRENT"},{"id":"1.3","status":"SUPPORTED"}`), []string{"1.3", "twice"}},
		"a second one wrong":       {one(`{"id":"v1.3","status":"CURRENT"},{"id":"v1.2","status":"?"}`), []string{"1.2", `"?"`}},
		"nested without end":       {strings.Repeat("[", 1<<19), []string{"JSON"}},
		"a nonsense megabyte":      {one(`{"id":"` + strings.Repeat("v", 1<<19) + `"}`), []string{"vvv"}},
		"too many versions":        {manyVersions(1001), []string{"1001"}},
		"10 MB of versions":        {manyVersions(250_000), []string{"1048576"}},
		"10 MB of white space":     {strings.Repeat(" ", 10<<20), []string{"1048576"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := lifecycle.ParseDiscovery(strings.NewReader(c.body), host, readAt)
			assert.Zero(t, got)
			for _, want := range append(c.want, host) {
				require.ErrorContains(t, err, want)
			}
			assert.Less(t, len(err.Error()), 300)
		})
	}
}

func manyVersions(n int) string {
	var b strings.Builder
	b.WriteString(`{"versions":[`)
	for i := range n {
		fmt.Fprintf(&b, `{"id":"v%d.%d","status":"SUPPORTED"},`, i/60000, i%60000)
	}
	return strings.TrimSuffix(b.String(), ",") + "]}"
}

func TestParseDiscoveryBounds(t *testing.T) {
	const body = `{"versions":[{"id":"v1.3","status":"CURRENT"}]}`
	padded := func(size int) io.Reader { return strings.NewReader(body + strings.Repeat(" ", size-len(body))) }

	_, err := lifecycle.ParseDiscovery(padded(1<<20), host, readAt)
	assert.NoError(t, err, "1 MiB")
	_, err = lifecycle.ParseDiscovery(padded(1<<20+1), host, readAt)
	assert.ErrorContains(t, err, "1048576", "a byte more")
	_, err = lifecycle.ParseDiscovery(strings.NewReader(manyVersions(1000)), host, readAt)
	assert.NoError(t, err, "1000 versions")
}

// endless is a reader that never ends and counts what is read.
type endless struct{ taken int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '['
	}
	e.taken += len(p)
	return len(p), nil
}

func TestParseDiscoveryOfABodyThatNeverEnds(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var body endless
	_, err := lifecycle.ParseDiscovery(&body, host, readAt)
	runtime.ReadMemStats(&after)

	assert.ErrorContains(t, err, "1048576")
	assert.LessOrEqual(t, body.taken, 1<<20+1)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(16<<20))
}

func TestParseDiscoveryOfABodyThatBreaksOff(t *testing.T) {
	broken := errors.New("connection reset")
	body := io.MultiReader(strings.NewReader(`{"versions":[{"id":"v1.3","status":"CURRENT"}]}`), iotest.ErrReader(broken))
	_, err := lifecycle.ParseDiscovery(body, host, readAt)
	assert.ErrorIs(t, err, broken, "though what came would have parsed")
}

func FuzzParseDiscovery(f *testing.F) {
	f.Add(`{"versions":[{"id":"v1.3","links":[{"href":"/v1","rel":"self"}],"not_before":"2026-08-31","status":"SUPPORTED"}]}`)
	f.Add(`{"versions":[{"id":"v1.10","not_before":null,"status":"ACTIVE (CURRENT)"},{"id":"v1.9","not_before":"20260831","status":"DEPRECATED"}]}`)
	f.Add(`{"versions":[{"id":"v1.0","not_before":20260831}]} {`)
	f.Add(`{"versions":[null]}`)
	f.Fuzz(func(t *testing.T, body string) {
		got, err := lifecycle.ParseDiscovery(strings.NewReader(body), host, readAt)
		if err != nil {
			assert.Zero(t, got)
			assert.Less(t, len(err.Error()), 1000)
			return
		}
		// Whatever is accepted can be judged, described, saved and loaded.
		require.NotEmpty(t, got.Versions)
		on := lifecycle.On(readAt)
		assert.Len(t, got.At(on), len(got.Versions))
		lifecycle.Diff(seed, got, on)
		lifecycle.Diff(got, seed, on)
		assert.NotEmpty(t, got.Describe(on))
		assert.Equal(t, got, roundTrip(t, got))
	})
}
