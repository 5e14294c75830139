package report_test

import (
	"bytes"
	escaped "html"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report"
)

// TestNotices: whatever a person reads says what to know of the run, once, and before the results and what changed.
func TestNotices(t *testing.T) {
	r := tree(t)
	r.ClockSkew = conformance.Millis(-3 * time.Minute)
	r.PutBack, r.Notices = []string{"Volume v-1 was put back."}, []string{"Volume v-2 is left: scp-conformance restore does."}
	for name, form := range map[string]struct {
		write   func(io.Writer, ...*conformance.Report) error
		results string // what they begin with
	}{
		"text":       {report.Text{Width: 500}.Write, "Changes since"},
		"quiet text": {report.Text{Width: 500, Quiet: true}.Write, "Changes since"},
		"Markdown":   {report.Markdown, "### Changes"},
		"HTML":       {report.HTML("en"), `<div class="changes">`},
		"GitHub":     {report.GitHub, "\n::endgroup"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			require.NoError(t, form.write(&out, r))
			text := escaped.UnescapeString(out.String())
			top, _, _ := strings.Cut(text, form.results)
			for _, said := range []string{"this machine's clock is 3m0s ahead of the endpoint's", r.PutBack[0], r.Notices[0]} {
				assert.Equal(t, 1, strings.Count(text, said), said)
				assert.Contains(t, top, said)
			}
		})
	}
}
