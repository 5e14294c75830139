package report

import (
	"fmt"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance/report/safe"
)

// page is text in lines of at most width columns.
type page struct {
	strings.Builder
	width int
}

var indent = strings.Repeat(" ", wordWidth+2)

// hanging writes a word and beside it a text, which may take several lines.
func (p *page) hanging(word, text string) {
	lines := p.wrap(indent, text)
	fmt.Fprintf(p, "%s  %s\n", word, lines[0])
	for _, line := range lines[1:] {
		fmt.Fprintf(p, "%s%s\n", indent, line)
	}
}

// paragraph writes a text in lines that begin with start.
func (p *page) paragraph(start, text string) {
	for _, line := range p.wrap(start, text) {
		fmt.Fprintf(p, "%s%s\n", start, line)
	}
}

// item writes a text as an item of a list.
func (p *page) item(text string) {
	start := "- "
	for _, line := range p.wrap(start, text) {
		fmt.Fprintf(p, "%s%s\n", start, line)
		start = "  "
	}
}

func (p *page) wrap(start, text string) []string {
	return safe.Wrap(safe.Text(text), p.width-len(start))
}

// gap writes an empty line, unless there is one.
func (p *page) gap() {
	if s := p.String(); s != "" && !strings.HasSuffix(s, "\n\n") {
		p.WriteString("\n")
	}
}
