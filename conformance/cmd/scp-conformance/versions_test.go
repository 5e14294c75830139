package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// call runs the command as main does.
func call(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = execute(context.Background(), args, &out, &errs)
	return code, out.String(), errs.String()
}

// seedTable is the table of the seed, in a file: other documents do not change these tests.
func seedTable(t *testing.T) string {
	t.Helper()
	return saved(t, lifecycle.Table{
		Source: "seed.example", Read: time.Date(2026, time.June, 2, 3, 0, 0, 0, time.UTC),
		Versions: []lifecycle.Version{
			{ID: lifecycle.V(1, 0), Label: lifecycle.Deprecated, NotBefore: lifecycle.Day(2025, 12, 31)},
			{ID: lifecycle.V(1, 1), Label: lifecycle.Deprecated, NotBefore: lifecycle.Day(2026, 5, 31)},
			{ID: lifecycle.V(1, 2), Label: lifecycle.Supported, NotBefore: lifecycle.Day(2026, 8, 31)},
			{ID: lifecycle.V(1, 3), Label: lifecycle.Current},
		},
	})
}

func saved(t *testing.T, table lifecycle.Table) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "lifecycle.json")
	file, err := os.Create(name)
	require.NoError(t, err)
	require.NoError(t, table.Save(file))
	require.NoError(t, file.Close())
	return name
}

// answered is what versions --format json says, as far as tests look at it.
type answered struct {
	Day         string
	Table       string
	Stale       bool
	Recommended string
	Versions    []struct {
		ID, Label, State string
		DaysLeft         *int `json:"days_left"`
		Safe, Warn       bool
	}
	Differences []struct {
		Kind, Text string
		Failure    bool
		Version    string
	}
	Announced *struct{ Sunset string }
	Trouble   string
}

// TestVersionsOnADay compares text and JSON with states and days left that were worked out by hand.
func TestVersionsOnADay(t *testing.T) {
	t.Parallel()
	table := seedTable(t)
	const C, S, D, E = "CURRENT", "SUPPORTED", "DEPRECATED", "ENDED"
	for _, tt := range []struct {
		day    string
		states [4]string // of 1.0 to 1.3
		left   [3]int    // of 1.0 to 1.2
	}{
		{"2025-12-30", [4]string{D, S, S, C}, [3]int{1, 152, 244}},
		{"2025-12-31", [4]string{E, S, S, C}, [3]int{0, 151, 243}},
		{"2026-03-02", [4]string{E, S, S, C}, [3]int{-61, 90, 182}},
		{"2026-03-03", [4]string{E, D, S, C}, [3]int{-62, 89, 181}},
		{"2026-05-30", [4]string{E, D, S, C}, [3]int{-150, 1, 93}},
		{"2026-05-31", [4]string{E, E, S, C}, [3]int{-151, 0, 92}},
		{"2026-06-02", [4]string{E, E, S, C}, [3]int{-153, -2, 90}},
		{"2026-06-03", [4]string{E, E, D, C}, [3]int{-154, -3, 89}},
		{"2026-08-30", [4]string{E, E, D, C}, [3]int{-242, -91, 1}},
		{"2026-08-31", [4]string{E, E, E, C}, [3]int{-243, -92, 0}},
		{"2026-11-23", [4]string{E, E, E, C}, [3]int{-327, -176, -84}},
	} {
		t.Run(tt.day, func(t *testing.T) {
			t.Parallel()
			code, out, errs := call(t, "versions", "--at", tt.day, "--lifecycle", table, "--format", "json")
			assert.Equal(t, 0, code, errs)
			var got answered
			require.NoError(t, json.Unmarshal([]byte(out), &got))
			assert.Equal(t, tt.day, got.Day)
			assert.Equal(t, "1.3", got.Recommended)
			require.Len(t, got.Versions, 4)
			for i, v := range got.Versions {
				assert.Equal(t, tt.states[i], v.State, v.ID)
				assert.Equal(t, v.State != E, v.Safe, v.ID)
				if i < 3 {
					require.NotNil(t, v.DaysLeft, v.ID)
					assert.Equal(t, tt.left[i], *v.DaysLeft, v.ID)
				} else {
					assert.Nil(t, v.DaysLeft)
				}
			}

			code, out, _ = call(t, "versions", "--at", tt.day, "--lifecycle", table)
			assert.Equal(t, 0, code)
			for i, state := range tt.states {
				line := lineStarting(t, out, fmt.Sprintf("1.%d ", i))
				assert.Equal(t, state, strings.Fields(line)[2], line)
			}
			for i := range 3 {
				id := fmt.Sprintf("1.%d", i)
				code, _, _ = call(t, "versions", "--at", tt.day, "--lifecycle", table, "--require", id)
				assert.Equal(t, tt.states[i] == E, code == 1, "%s: exit code %d", id, code)
			}
		})
	}
}

func lineStarting(t *testing.T, text, start string) string {
	t.Helper()
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, start) {
			return line
		}
	}
	require.Fail(t, "no line starts with "+start, text)
	return ""
}

func TestVersionsUsage(t *testing.T) {
	t.Parallel()
	table := seedTable(t)
	broken := filepath.Join(t.TempDir(), "broken.json")
	require.NoError(t, os.WriteFile(broken, []byte(`{"schema":1,"source":"x","read":"2026-01-01T00:00:00Z","versions":[{"id":"v1.0","status":"FINE"}]}`), 0o600))
	for _, tt := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"an unknown version", []string{"--require", "7.7"}, 2, "unknown version 7.7"},
		{"no number", []string{"--require", "latest"}, 2, "latest"},
		{"not safe", []string{"--require", "1.0,1.3"}, 1, ""},
		{"an impossible date", []string{"--at", "2026-02-30"}, 2, `"2026-02-30" is not a date`},
		{"the sign for no date", []string{"--at", "-"}, 2, "not a date"},
		{"an unknown format", []string{"--format", "xml"}, 2, "xml"},
		{"a format with a slip", []string{"--format", "jason"}, 2, "did you mean json?"},
		{"words for days", []string{"--warn-within", "soon"}, 2, "soon"},
		{"days", []string{"--warn-within", "30"}, 0, ""},
		{"save without an endpoint", []string{"--save", "x.json"}, 2, "--endpoint"},
		{"a missing file", []string{"--lifecycle", "missing.json"}, 2, "missing.json"},
		{"a directory", []string{"--lifecycle", "."}, 2, "not a regular file"},
		{"a device", []string{"--lifecycle", os.DevNull}, 2, "not a regular file"},
		{"an invalid file", []string{"--lifecycle", broken}, 2, "FINE"},
		{"no time", []string{"--timeout", "0s"}, 2, "0s"},
		{"an argument too many", []string{"1.3"}, 2, "1.3"},
		{"nothing listens", []string{"--endpoint", "http://127.0.0.1:1"}, 3, "127.0.0.1:1"},
		{"not a URL", []string{"--endpoint", "nonsense"}, 2, "--endpoint: "},
		{"a path", []string{"--endpoint", "http://127.0.0.1:1/v1"}, 2, "path"},
		{"no directory to save in", []string{"--endpoint", "http://127.0.0.1:1", "--save", "missing/x.json"}, 2, "--save: "},
		{"a device to save to", []string{"--endpoint", "http://127.0.0.1:1", "--save", os.DevNull}, 2, "not a regular file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			args := []string{"versions", "--lifecycle", table}
			code, _, errs := call(t, append(args, tt.args...)...)
			assert.Equal(t, tt.code, code, errs)
			assert.Contains(t, errs, tt.says)
			assert.Equal(t, tt.says == "", errs == "", errs)
		})
	}
}

// TestVersionsOfAnEndpoint asks endpoints for lists that are right, and for others.
func TestVersionsOfAnEndpoint(t *testing.T) {
	t.Parallel()
	table := seedTable(t)
	const drifted = `{"versions":[
		{"id":"v1.2","status":"DEPRECATED","not_before":"20260831","links":[]},
		{"id":"v1.3","status":"SUPPORTED","not_before":null},
		{"id":"v1.4","status":"SUPPORTED","not_before":"","links":[{"href":"https://x/v1","rel":"self"}]},
		{"id":"v1.5","status":"CURRENT"}]}`
	for _, tt := range []struct {
		name, body string
		args       []string
		code       int
		says       []string // in what is printed, errors included
	}{
		{"newer versions, and the oldest not listed", drifted, []string{"--at", "2026-07-20"}, 0, []string{
			"1.5 CURRENT CURRENT - no end known the one to call", "note: 1.4", "unknown to the documents", "note: the endpoint does not list 1.1, as it need not after its end", "SAFE on 2026-07-20: 1.5",
		}},
		{"a required one is not listed", drifted, []string{"--at", "2026-07-20", "--require", "1.1"}, 1, []string{"1.1 is no longer listed"}},
		{"one only the endpoint knows", drifted, []string{"--at", "2026-07-20", "--require", "1.4"}, 0, []string{"SAFE on 2026-07-20: 1.4"}},
		{
			"a date moved earlier", `{"versions":[{"id":"v1.2","status":"DEPRECATED","not_before":"2026-08-01"},{"id":"v1.3","status":"CURRENT"}]}`,
			[]string{"--at", "2026-07-20"},
			0,
			[]string{"WRONG: the endpoint ends 1.2 on 2026-08-01", "earlier"},
		},
		{"nothing safe", `{"versions":[{"id":"v1.2","status":"DEPRECATED","not_before":"2026-01-01"}]}`, nil, 1, []string{"NOT SAFE", "no version can be recommended"}},
		{"an invalid date", `{"versions":[{"id":"v1.3","status":"CURRENT","not_before":"soon"}]}`, nil, 3, []string{"1.3", "soon"}},
		{"an unknown label", `{"versions":[{"id":"v1.3","status":"FINE"}]}`, nil, 3, []string{"1.3", "FINE"}},
		{"no versions", `{"versions":[]}`, nil, 3, []string{"versions"}},
		{"no list", `<html>`, nil, 3, []string{"versions"}},
		{"nothing", ``, nil, 3, []string{"versions"}},
		{"10 MB", `{"versions":[{"id":"v1.3","status":"CURRENT"}],"x":"` + strings.Repeat("x", 10<<20) + `"}`, nil, 3, []string{"longer", "byte"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write([]byte(tt.body))
			}))
			defer endpoint.Close()
			code, out, errs := call(t, append([]string{"versions", "--lifecycle", table, "--endpoint", endpoint.URL}, tt.args...)...)
			assert.Equal(t, tt.code, code, out+errs)
			said := strings.Join(strings.Fields(out+errs), " ") // however the lines are broken
			for _, says := range tt.says {
				assert.Contains(t, said, says)
			}
		})
	}
}

// TestVersionsBounds asks an endpoint whose body never ends, fast and slowly, and one that says nothing.
func TestVersionsBounds(t *testing.T) { // not parallel, as it measures what is allocated
	for _, tt := range []struct {
		name string
		send func(http.ResponseWriter, *http.Request)
	}{
		{"never ends", func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(bytes.Repeat([]byte(" "), 32<<10)); err != nil {
					return
				}
			}
		}},
		{"trickles", func(w http.ResponseWriter, r *http.Request) {
			tick := time.NewTicker(10 * time.Millisecond)
			defer tick.Stop()
			for r.Context().Err() == nil {
				if _, err := w.Write([]byte(" ")); err != nil {
					return
				}
				w.(http.Flusher).Flush()
				<-tick.C
			}
		}},
		{"says nothing", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			endpoint := httptest.NewServer(http.HandlerFunc(tt.send))
			defer endpoint.Close()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			code, _, errs := call(t, "versions", "--endpoint", endpoint.URL, "--timeout", "300ms")
			runtime.ReadMemStats(&after)
			assert.Equal(t, 3, code)
			assert.NotEmpty(t, errs)
			assert.Less(t, time.Since(start), 10*time.Second)
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<20), "what is read is bounded")
		})
	}
}

// TestSavedLifecycle saves what an endpoint says, and has the other commands take it.
func TestSavedLifecycle(t *testing.T) {
	t.Parallel()
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Deprecation", "@1688169599")
		w.Header().Set("Sunset", "Wed, 31 Dec 2026 23:59:59 GMT")
		_ = json.NewEncoder(w).Encode(map[string]any{"versions": []map[string]string{{"id": "v9.1", "status": "CURRENT"}}})
	}))
	defer endpoint.Close()
	name := filepath.Join(t.TempDir(), "lifecycle.json")
	code, out, errs := call(t, "versions", "--endpoint", endpoint.URL, "--save", name)
	require.Equal(t, 0, code, errs)
	assert.Contains(t, out, "deprecated on 2023-07-01, sunset 2027-01-01", "days are those in Korea")

	code, out, _ = call(t, "versions", "--lifecycle", name)
	assert.Equal(t, 0, code)
	assert.Contains(t, out, "snapshot of "+strings.TrimPrefix(endpoint.URL, "http://"))
	assert.Contains(t, out, "SAFE")
	assert.NotContains(t, out, "Warning", "it was read just now")
	code, out, _ = call(t, "versions", "--lifecycle", name, "--at", lifecycle.On(time.Now()).Plus(91).String())
	assert.Equal(t, 0, code)
	assert.Contains(t, out, "Warning: this table is more than 90 days")

	code, out, errs = call(t, "run", "--lifecycle", name, "--case", "detach-accepted", "--format", "json")
	require.Contains(t, []int{0, 3}, code, errs)
	var judged conformance.Report
	require.NoError(t, json.Unmarshal([]byte(out), &judged))
	assert.Equal(t, strings.TrimPrefix(endpoint.URL, "http://"), judged.Table.Source)
}

// TestVersionsWarns of a version that is safe, but not for much longer.
func TestVersionsWarns(t *testing.T) {
	t.Parallel()
	table := seedTable(t)
	_, out, _ := call(t, "versions", "--lifecycle", table, "--at", "2026-06-03")
	assert.Contains(t, out, "Warning: 1.2 is DEPRECATED until 2026-08-31, 89 days left.")
	_, out, _ = call(t, "versions", "--lifecycle", table, "--at", "2026-06-03", "--warn-within", "30d")
	assert.NotContains(t, out, "Warning")
	_, out, _ = call(t, "versions", "--lifecycle", table, "--at", "2026-06-03", "--format", "markdown")
	assert.Contains(t, out, "| 1.2 | SUPPORTED | DEPRECATED | 2026-08-31 | 89 days | move to 1.3 before 2026-08-31 |")
	assert.Contains(t, out, "**SAFE on 2026-06-03: 1.3**")
}

// TestBuiltInTableIsASnapshot: without a file the documents are asked, and say of themselves what they are.
func TestBuiltInTableIsASnapshot(t *testing.T) {
	t.Parallel()
	code, out, _ := call(t, "versions", "--format", "json")
	assert.Equal(t, 0, code)
	var got answered
	require.NoError(t, json.Unmarshal([]byte(out), &got))
	assert.Contains(t, got.Table, "snapshot of the built-in documents")
	assert.Len(t, got.Versions, len(gen.Clients()))
}
