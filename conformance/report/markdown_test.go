package report_test

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	goldmarkhtml "github.com/yuin/goldmark/renderer/html"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report"
	"github.com/scp-openapi/virtualserver/conformance/report/safe/safetest"
)

// writtenMarkdown is what is written, and the page that it is rendered as: with its HTML, as on GitHub.
func writtenMarkdown(t *testing.T, reports ...*conformance.Report) (written, page string) {
	t.Helper()
	var out, rendered bytes.Buffer
	require.NoError(t, report.Markdown(&out, reports...))
	github := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(goldmarkhtml.WithUnsafe()))
	require.NoError(t, github.Convert(out.Bytes(), &rendered))
	for _, tag := range []string{"details", "table", "pre"} {
		require.Equal(t, strings.Count(rendered.String(), "<"+tag+">"), strings.Count(rendered.String(), "</"+tag+">"), tag)
	}
	return out.String(), rendered.String()
}

func TestMarkdown(t *testing.T) {
	written, page := writtenMarkdown(t, tree(t))
	requireGolden(t, "tree.md", []byte(written))

	order := []string{ // what a reader acts on comes first
		"❌ fail: <code>https://virtualserver.example</code> does not behave as documented",
		"Changes since 2031-03-31 03:00 UTC", "<strong>New findings</strong> (2)", "<strong>Fixed</strong> (1)",
		"<h3", "Baseline", "<strong>expired</strong>",
		"Cases by version", "<th>1.10</th>",
		"Not as documented (6)", "let in",
		"Faults of the suite itself (1)",
		"<summary>Could not be judged (2)</summary>",
		"<summary>Differs where nobody promised anything (2)</summary>",
		"<summary>Known (2)</summary>", "until storage 7.2 is rolled out",
		"<summary>Skipped (1)</summary>", "<summary>Clauses not judged (2)</summary>",
	}
	rest := page
	for _, words := range order {
		_, after, found := strings.Cut(rest, words)
		require.True(t, found, words)
		rest = after
	}
	assert.Contains(t, page, "scp-conformance run --endpoint https://virtualserver.example --case signature-wrong --api-version 1.9")
	assert.Contains(t, page, "<tr>\n<td><code>detach-twice</code></td>\n<td>☑️ known</td>\n<td>☑️ known</td>\n<td>❌ fail</td>\n</tr>")
	assert.NotContains(t, page, "<td><code>versions-list</code></td>", "what passes is no row")
	assert.NotContains(t, page, "<td><code>tls-old</code></td>", "nor is what there is nothing to judge about")
	assert.Contains(t, page, "2 cases pass wherever there is something to judge.")
}

func TestMarkdownOfSeveral(t *testing.T) {
	written, page := writtenMarkdown(t, tree(t), treeOf(t, "second.example"), passed())
	assert.Equal(t, 3, strings.Count(page, "<h2"))
	assert.Contains(t, written, "| `https://second.example` | 2031-04-01 | ❌ fail | 11 passed, 3 known, 5 failed,")
	assert.NotContains(t, written, "is cut")
	written, _ = writtenMarkdown(t)
	assert.Empty(t, written)
}

// TestMarkdownFits: GitHub takes 1 MiB.
func TestMarkdownFits(t *testing.T) {
	big := bigTree(t, 10_000)
	for name, reports := range map[string][]*conformance.Report{
		"one report":   {big},
		"two reports":  {big, big},
		"many reports": slices.Repeat([]*conformance.Report{tree(t)}, 300),
		"long words":   {longWords(t)},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			require.NoError(t, report.Markdown(&out, reports...))
			written := out.String()
			assert.LessOrEqual(t, len(written), 1<<20)
			assert.Greater(t, len(written), 1<<20/2, "what there is room for is there")
			assert.Equal(t, strings.Count(written, "<details>"), strings.Count(written, "</details>"))
			assert.Regexp(t, `\*\*This report is cut: \d+ parts do not fit here\.`, written[len(written)-200:])
			assert.Contains(t, written, "### Cases by version", "there is some of everything")
			assert.Contains(t, written, "### Not as documented")
		})
	}
}

// longWords is a report whose texts are too long for any page.
func longWords(t *testing.T) *conformance.Report {
	r := bigTree(t, 1000)
	for i := range r.Results {
		for j := range r.Results[i].Findings {
			r.Results[i].Findings[j].Text += strings.Repeat("볼륨", 1000)
		}
	}
	return r
}

// TestMarkdownHostile: no word of an endpoint is markup.
func TestMarkdownHostile(t *testing.T) {
	_, plain := writtenMarkdown(t, tree(t))
	written, page := writtenMarkdown(t, hostile(t))
	safetest.RequireHarmless(t, written)
	elements := regexp.MustCompile(`<[a-z0-9]+`)
	count := func(page string) map[string]int {
		counts := map[string]int{}
		for _, element := range elements.FindAllString(page, -1) {
			counts[element]++
		}
		return counts
	}
	want, got := count(plain), count(page)
	assert.Equal(t, 1, want["<a"], "the issue of a known finding")
	delete(want, "<a")
	delete(want, "<code") // which addresses are
	delete(got, "<code")
	assert.Equal(t, want, got, "no word made an element of its own")
	assert.NotContains(t, regexp.MustCompile(`(?s)<(code|pre).*?</(code|pre)>`).ReplaceAllString(page, ""), "@everyone", "nobody is called")
}

// TestMarkdownText: a text is read as it was written.
func TestMarkdownText(t *testing.T) {
	for _, text := range []string{
		"plain", "- no item", "+ no item", "1. no item", "12) no item", "# no heading", "> no quote", "=== no line", "a | b", `a\|b`, `a \ b`, "`code` ``", "_it_ *is* ~~not~~",
		"<b>&amp;</b>", "[link](https://evil.example)", "https://evil.example www.evil.example", "@someone #1", "$x$", "![x](y)", "볼륨 is “detached”…",
	} {
		t.Run(text, func(t *testing.T) {
			r := passed()
			r.Headline, r.Changes = "h", &conformance.Changes{Endpoint: text, List: []conformance.Change{{Kind: conformance.ChangeFixed, Text: text}}}
			r.Trouble = &conformance.Trouble{Text: text}
			r.Results[0].Verdict, r.Results[0].Case.ID = conformance.Fail, text
			_, page := writtenMarkdown(t, r)
			shown := strings.NewReplacer("<!-- -->", "", "&lt;", "<", "&gt;", ">", "&quot;", `"`, "&amp;", "&").Replace(page)
			plain := strings.NewReplacer("<code>", "", "</code>", "").Replace(shown) // an address is code
			assert.Contains(t, plain, "<strong>Trouble:</strong> "+text+"</p>")
			assert.Contains(t, plain, "<li>"+text+"</li>")
			assert.Contains(t, shown, "<td><code>"+text+"</code></td>")
			assert.Contains(t, shown, "The earlier run judged <code>"+text+"</code>.")
			assert.NotContains(t, page, "<a ")
		})
	}
}
