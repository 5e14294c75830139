package format_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	goldmarkhtml "github.com/yuin/goldmark/renderer/html"

	"github.com/scp-openapi/virtualserver/conformance/migrate"
	"github.com/scp-openapi/virtualserver/conformance/migrate/format"
)

// rendered is the page that GitHub makes of a report, with its HTML.
func rendered(t *testing.T, r *migrate.Report) string {
	t.Helper()
	var out bytes.Buffer
	github := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(goldmarkhtml.WithUnsafe()))
	require.NoError(t, github.Convert([]byte(written(t, format.Markdown, r)), &out))
	page := out.String()
	for _, tag := range []string{"details", "table"} {
		require.Equal(t, strings.Count(page, "<"+tag+">"), strings.Count(page, "</"+tag+">"), tag)
	}
	return page
}

func TestMarkdown(t *testing.T) {
	page := rendered(t, everything(t))
	rest := page
	for _, words := range []string{ // what a reader acts on comes first
		"<h2", "❌ not safe: 4 uses in 4 files", "Warning:",
		"Ended (4)", "<code>cmd/attach/main.go:12</code>", "Not safe (1)", "Pins no version (1)", "Cannot be judged (2)", "Ends soon (1)",
		"<summary>Supported (1)</summary>", "Could not be read (2)", "Ignore file (2)", "<summary>Ignored (1)</summary>", "128 files read",
	} {
		_, after, found := strings.Cut(rest, words)
		require.True(t, found, words)
		rest = after
	}
	assert.Contains(t, page, "<code>-H 'Scp-Api-Version: virtualserver 1.4' | tee `date`.log</code>")
	assert.Contains(t, rendered(t, safeReport(t)), "✅ safe on 2031-07-15")
	assert.Contains(t, rendered(t, unpinned(t)), "❔ cannot judge: 1 use pins no version")
}

// TestMarkdownFits a comment, however much there is to say, and says how much it leaves out.
func TestMarkdownFits(t *testing.T) {
	big := many(t, 1000)
	text := written(t, format.Markdown, big)
	assert.Less(t, len(text), 1<<16)
	assert.Contains(t, text, "This report is cut")
	rendered(t, big)
	assert.NotContains(t, written(t, format.Markdown, everything(t)), "This report is cut")
}

// TestMarkdownHostile: no word is markup, a link or a mention.
func TestMarkdownHostile(t *testing.T) {
	page := rendered(t, hostile(t))
	for _, tag := range []string{"<script", "<img", "<a ", "<strong>bold", "<h1"} {
		assert.NotContains(t, page, tag)
	}
	assert.Equal(t, strings.Count(rendered(t, everything(t)), "<tr>"), strings.Count(page, "<tr>"))
}
