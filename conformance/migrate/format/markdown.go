package format

import (
	"fmt"
	"io"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/migrate"
	"github.com/scp-openapi/virtualserver/conformance/report/safe"
)

// Markdown writes a report for a comment on a pull request or for GitHub's $GITHUB_STEP_SUMMARY: the answer, and
// tables of what is to be done. The rest is folded. A comment may have 65 536 characters: what does not fit is left
// out, and the last sentence says so.
func Markdown(w io.Writer, r *migrate.Report) error {
	p := &page{}
	p.add(fmt.Sprintf("## %s %s\n\n", signs[r.ExitCode], safe.Markdown(r.Headline)))
	for _, warning := range r.Warnings {
		p.add("> **Warning:** " + safe.Markdown(sentence(warning)) + "\n\n")
	}
	for _, state := range migrate.States() {
		p.findings(r, state)
	}
	p.section("Could not be read", false, len(r.Troubles), nil, func(i int) string {
		return fmt.Sprintf("- %s: %s\n", safe.Code(r.Path(r.Troubles[i].File)), safe.Markdown(r.Troubles[i].Text))
	})
	p.section("Ignore file", false, len(r.Stale), nil, func(i int) string { return "- " + safe.Markdown(r.Stale[i]) + "\n" })
	p.section("Ignored", true, len(r.Ignored), []string{"Where", "Rule", "State", "Reason", "Until"}, func(i int) string {
		f := r.Ignored[i]
		return fmt.Sprintf("| %s | %s | %s | %s | %s |\n", where(r, f.Finding), f.Rule, word(f.State), safe.Markdown(f.Reason), f.Expires)
	})
	p.section("Not read, on purpose", true, len(r.Skipped), nil, func(i int) string {
		return "- " + safe.Markdown(skipped(r.Skipped[i])) + "\n"
	})
	fmt.Fprintln(p, safe.Markdown(basis(r)))
	if p.leftOut > 0 {
		fmt.Fprintf(p, "\n**This report is cut: %d more do not fit here. The report as JSON has all of them.**\n", p.leftOut)
	}
	_, err := io.WriteString(w, p.String())
	return err
}

// signs stand before the answer, by exit code.
var signs = map[int]string{conformance.ExitOK: "✅", conformance.ExitFailed: "❌", conformance.ExitNotJudged: "❔"}

// most is how many bytes a page may have, which leaves room for the last sentences.
const most = 60 << 10

// page is a page of at most so many bytes.
type page struct {
	strings.Builder
	leftOut int // how many parts did not fit
}

// add adds a part, or leaves it out if there is no room for it.
func (p *page) add(part string) bool {
	if p.Len()+len(part) > most {
		p.leftOut++
		return false
	}
	p.WriteString(part)
	return true
}

// findings writes a table of what came to one state. What needs nothing done is folded.
func (p *page) findings(r *migrate.Report, state migrate.State) {
	var of []migrate.Finding
	for _, f := range r.Findings {
		if f.State == state {
			of = append(of, f)
		}
	}
	folded := state == migrate.Supported
	columns := []string{"Where", "What", "Speaks", "Ends", "Left", "Sure", "To do"}
	p.section(titles[state], folded, len(of), columns, func(i int) string {
		f := of[i]
		return fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %s |\n",
			where(r, f), safe.Cell(safe.Code(f.Text)), speaks(f.Use), f.Ends, left(f), f.Sure, safe.Markdown(f.Do))
	})
}

// section writes so many parts below a heading, as rows of a table if there are columns, or as a list.
func (p *page) section(heading string, folded bool, n int, columns []string, part func(i int) string) {
	if n == 0 {
		return
	}
	head, foot := fmt.Sprintf("### %s (%d)\n\n", heading, n), "\n"
	if folded {
		head, foot = fmt.Sprintf("<details><summary>%s (%d)</summary>\n\n", heading, n), "\n</details>\n\n"
	}
	if columns != nil {
		head += "| " + strings.Join(columns, " | ") + " |\n" + strings.Repeat("|---", len(columns)) + "|\n"
	}
	if !p.add(head) {
		p.leftOut += n - 1
		return
	}
	for i := range n {
		if !p.add(part(i)) {
			p.leftOut += n - i - 1
			break
		}
	}
	p.WriteString(foot)
}

// where is the place of a finding, in a cell of a table.
func where(r *migrate.Report, f migrate.Finding) string {
	return safe.Cell(safe.Code(fmt.Sprintf("%s:%d", r.Path(f.File), f.Line)))
}
