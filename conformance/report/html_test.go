package report_test

import (
	"bytes"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report"
	"github.com/scp-openapi/virtualserver/conformance/report/safe/safetest"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// html is the page of some reports.
func html(t testing.TB, language string, reports ...*conformance.Report) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, report.HTML(language)(&out, reports...))
	return out.String()
}

// without removes all that a pattern matches.
func without(page string, patterns ...string) string {
	for _, pattern := range patterns {
		page = regexp.MustCompile(`(?s)`+pattern).ReplaceAllString(page, "")
	}
	return page
}

// The parts of a page that are no elements of its body.
const machinery = `<style>.*?</style>|<script.*?</script>|<meta http-equiv.*?>`

func TestHTML(t *testing.T) {
	nothing := passed()
	nothing.Results, nothing.Counts = nil, conformance.Counts{}
	for _, tt := range []struct {
		name, language string
		reports        []*conformance.Report
	}{
		{"tree", "", []*conformance.Report{tree(t)}},
		{"several", "en", []*conformance.Report{unreachable(), treeOf(t, "other.example")}},
		{"nothing", "en", []*conformance.Report{nothing}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			requireGolden(t, tt.name+".html", []byte(without(html(t, tt.language, tt.reports...), machinery)))
		})
	}
	require.ErrorContains(t, report.HTML("fr")(&bytes.Buffer{}, tree(t)), `unknown language "fr": want en or ko`)
	require.ErrorIs(t, report.HTML("")(fullDisk{}, tree(t)), errDisk)
}

// TestHTMLAlone: the page asks nothing of a network, and its policy allows it nothing.
func TestHTMLAlone(t *testing.T) {
	page := html(t, "", tree(t))
	policy := regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)
	require.NotNil(t, policy)
	assert.Contains(t, policy[1], "default-src &#39;none&#39;")
	assert.NotContains(t, policy[1], "unsafe")
	for _, reference := range regexp.MustCompile(`\s(?:src|href|action|srcset|data|poster|xlink:href)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		assert.Regexp(t, `^#|^data:,$|^https://issues\.example/`, reference[1], "only links that a reader follows lead elsewhere")
	}
	assert.Empty(t, regexp.MustCompile(`url\(|@import|\sstyle="|\son[a-z]+="`).FindAllString(page, -1))
}

// TestHTMLTimeline draws the documented and the listed date where they differ, and the day judged.
func TestHTMLTimeline(t *testing.T) {
	page := html(t, "en", tree(t))
	drawn := regexp.MustCompile(`(?s)<svg role="img".*?</svg>`).FindString(page)
	for _, text := range []string{
		`>2031-04-01 <`, `>2031-08-31 <tspan data-t="documented"`, `>2031-12-31 <tspan data-t="listed"`, `1.11<tspan`, `2099-01-01 →<`,
		`CURRENT</tspan><tspan class="state">, <tspan data-t="listed">endpoint</tspan>: SUPPORTED</tspan>`, `<tspan data-t="unlisted">`, `<tspan data-t="undocumented">`,
	} {
		assert.Contains(t, drawn, text)
	}
	bars := map[string]bool{}
	for _, rect := range regexp.MustCompile(`<rect [^>]* y="(\d+)"`).FindAllStringSubmatch(drawn, -1) {
		bars[rect[1]] = true
	}
	assert.Len(t, bars, 5, "one for a version, and another where its dates differ")
	same := tree(t)
	same.Listed = same.Table.Versions
	assert.False(t, strings.Contains(html(t, "en", same), `<tspan data-t="listed"`), "one bar for both")
	for name, r := range map[string]*conformance.Report{"no day": {Table: same.Table}, "no versions": {Day: same.Day}} {
		assert.False(t, strings.Contains(html(t, "en", r), `<svg role="img"`), name)
	}
}

// TestHTMLOrder: what needs a person is above all else but the verdict, what changed and the baseline.
func TestHTMLOrder(t *testing.T) {
	page := without(html(t, "en", tree(t)), machinery)
	rest := page
	for _, words := range []string{
		`class="hero"`, "What changed", "<h3><span data-t=\"baseline\">", `data-t="group.fail">Not as documented`, `<details class="case"`, ` open>`, `data-t="group.error"`,
		`data-t="group.inconclusive">Could not be judged`, `class="timeline"`, `class="lives"`, `id="filter"`, `class="grid"`,
		`data-t="group.differs"`, `data-t="group.pass"`, `data-t="group.skip"`,
	} {
		_, after, found := strings.Cut(rest, words)
		require.True(t, found, words)
		rest = after
	}
	assert.Equal(t, len(tree(t).Results), strings.Count(page, `<td role="cell" data-verdict=`), "each result once")
	assert.Contains(t, page, `<li data-verdict="fail"><b>5</b>`, "known ones are not failed")
	assert.Contains(t, page, `<li class="known"><b>3</b>`)
	assert.Contains(t, page, `data-verdict="skip" data-version="1.2" class="idle"`, "there is nothing to judge")
	assert.Contains(t, page, `2031-04-01 in Korea`)

	known := tree(t)
	known.Results = slices.DeleteFunc(known.Results, func(r conformance.Result) bool { return !r.Known() })
	page = without(html(t, "en", known), machinery)
	assert.Contains(t, page, `data-t="group.known"`)
	for _, group := range []string{"group.fail", "group.differs", "needs"} {
		assert.NotContains(t, page, `data-t="`+group+`"`, "what is known needs nobody")
	}

	many := without(html(t, "en", down(50, true)), machinery)
	assert.Equal(t, 1, strings.Count(many, "all cases in 1.2, 1.9: GET /v1/volumes/0000 is answered 500 Internal Server Error; and 49 more like it"))
	assert.NotContains(t, many, `<details class="fold" open>`, "what is folded says what it comes to")
}

// TestHTMLAbout says how much is behind a verdict, in words for one and for several.
func TestHTMLAbout(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*conformance.Report)
		says   []string
		korean string
	}{
		"failures and a baseline": {func(*conformance.Report) {}, []string{"4 documented behaviours do not hold.", "4 entries of the baseline do not hold."}, "문서와 다르게 동작합니다; 알려진 결과 3건"},
		"one of each": {func(r *conformance.Report) {
			r.Results, r.Baseline.Problems, r.Options.Strict = []conformance.Result{
				result(newest, "detach", "a", conformance.Fail, breach(refusal, "x", 1)), result(newest, "detach", "b", conformance.Fail, breach(refusal, "x", 1)),
				result(newest, "form", "c", conformance.Differs, breach(detail, "x", 1)),
			}, r.Baseline.Problems[:1], true
		}, []string{"1 documented behaviour does not hold.", "1 behaviour that was only observed or assumed is different.", "1 entry of the baseline does not hold."}, "기준선 문제 1건"},
		"the baseline alone": {func(r *conformance.Report) { r.Results = nil }, []string{"4 entries of the baseline do not hold."}, "기준으로 기준선과 다르게 동작합니다"},
		"differs":            {func(r *conformance.Report) { r.Verdict = conformance.Differs }, []string{"Nothing documented is broken.", "2 behaviours that were only"}, "문서에 정해지지 않은 차이가 있습니다"},
		"known alone":        {func(r *conformance.Report) { r.Verdict = conformance.Pass }, []string{"as documented, or known and accepted"}, "이미 알려진 점에서만"},
		"nothing judged":     {func(r *conformance.Report) { r.Verdict, r.Results = conformance.Inconclusive, nil }, []string{"not everything could be judged"}, "기준으로 판정하지 못했습니다"},
		"an old table":       {func(r *conformance.Report) { r.Listed = nil }, []string{"The version table is 121 days old."}, ""},
		"a table of unknown age": {func(r *conformance.Report) {
			r.Listed, r.Table.Read, r.Table.Versions = nil, time.Time{}, nil
		}, []string{"Nobody knows how old the version table is."}, ""},
		"the endpoint's list": {func(*conformance.Report) {}, []string{"The versions are those that the endpoint lists"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := tree(t)
			tt.change(r)
			page := without(html(t, "en", r), machinery)
			for _, says := range tt.says {
				assert.True(t, strings.Contains(page, says), says)
			}
			assert.True(t, strings.Contains(page, tt.korean), tt.korean)
			assert.Equal(t, len(r.Listed) == 0, strings.Contains(page, `data-t="table.old"`) || strings.Contains(page, `data-t="table.unread"`))
		})
	}
}

// TestHTMLKorean: no word of English is left to a Korean reader, but for what an endpoint or the suite says,
// which is marked, and for names.
func TestHTMLKorean(t *testing.T) {
	page := html(t, "ko", tree(t), unreachable(), passed())
	seen := without(page, machinery, `<title>.*?</title>`, `<bdi lang="en">.*?</bdi>`, `<code>.*?</code>`, `<pre.*?</pre>`)
	for _, attribute := range regexp.MustCompile(`\s(?:aria-label|placeholder)="([^"]*)"`).FindAllStringSubmatch(seen, -1) {
		seen += " " + attribute[1]
	}
	seen = without(seen, `<[^>]*>`)
	names := map[string]bool{"UTC": true, "JavaScript": true, "baseline": true, "base64": true, "ms": true}
	for _, state := range []lifecycle.State{lifecycle.Planned, lifecycle.Current, lifecycle.Supported, lifecycle.Deprecated, lifecycle.Ended} {
		names[string(state)] = true
	}
	for _, word := range regexp.MustCompile(`[A-Za-z]{2,}\w*`).FindAllString(seen, -1) {
		assert.True(t, names[word], "%q is English", word)
	}
	assert.Contains(t, seen, "달라진 점")
}

// TestHTMLHostile: what an endpoint says is shown and obeyed by nothing.
func TestHTMLHostile(t *testing.T) {
	count := func(page, pattern string) int { return len(regexp.MustCompile(pattern).FindAllString(page, -1)) }
	page, calm := html(t, "en", hostile(t)), html(t, "en", tree(t))
	assert.True(t, utf8.ValidString(page))
	safetest.RequireHarmless(t, strings.ReplaceAll(page, "\t", ""))
	for _, element := range []string{`<script`, `</script`, `<img`, `<noscript`, `</noscript`, `<details`, `</details`, `</table`, ` href="javascript`, ` onerror="`} {
		assert.Equal(t, count(calm, element), count(page, element), element)
	}
	assert.Contains(t, page, "&lt;script&gt;alert(1)")
	assert.Contains(t, page, `\u{202e}right to left`)
	assert.Contains(t, page, "␛[2J")
	assert.Contains(t, page, "볼륨")

	links := tree(t)
	links.Results[3].Findings[0].Known.Issue = "javascript:alert(1)"
	assert.NotContains(t, html(t, "en", links), `href="javascript`)
}

// TestHTMLUnknown: words of a newer suite are shown as they are.
func TestHTMLUnknown(t *testing.T) {
	r := tree(t)
	r.Verdict, r.Results[0].Verdict, r.Changes.List[0].Kind, r.Baseline.Problems[0].Kind = "new<1>", "new<2>", "new<3>", "new<4>"
	page := html(t, "ko", r)
	for i := 1; i <= 4; i++ {
		assert.True(t, strings.Contains(page, fmt.Sprintf("<code>new&lt;%d&gt;</code>", i)), i)
	}
}

// TestHTMLBody shows the start of a long body, whole characters of it.
func TestHTMLBody(t *testing.T) {
	r := tree(t)
	body := "x" + strings.Repeat("볼", 4000)
	r.Results[3].Findings[0].Exchange.Body = conformance.Body(body)
	page := html(t, "en", r)
	assert.Contains(t, page, "The body has 12001 bytes; the first 4096 are shown.")
	assert.Contains(t, page, "<pre>"+body[:4096]+"</pre>")
	assert.NotContains(t, page, body[:4099])

	r.Results[3].Findings[0].Exchange.Body = append([]byte{0xff}, body...)
	assert.Contains(t, html(t, "en", r), "<pre>/3jrs7zr")
}

// TestHTMLBig writes a report of 10 000 results with little memory.
func TestHTMLBig(t *testing.T) {
	r := bigTree(t, 10000)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	require.NoError(t, report.HTML("")(&bytes.Buffer{}, r))
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	allocated := (after.TotalAlloc - before.TotalAlloc) >> 20
	t.Logf("%v, %d MB", took, allocated)
	if !raceEnabled {
		assert.Less(t, allocated, uint64(200))
	}
}

func BenchmarkHTML(b *testing.B) {
	r := bigTree(b, 10000)
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, report.HTML("")(&bytes.Buffer{}, r))
	}
}
