package main

import (
	"fmt"
	"io"

	"github.com/scp-openapi/virtualserver/conformance"
)

// progress is one line on a terminal that says how far a run has come. Elsewhere it is nothing.
type progress struct {
	w           io.Writer
	done, total int
}

// clearLine has a terminal go to the start of the line and empty it.
const clearLine = "\r\x1b[K"

func (p *progress) result(r conformance.Result) {
	if _, ok := terminal(p.w); !ok {
		return
	}
	p.done++
	line := fmt.Sprintf("%d of %d: %s in %s", p.done, p.total, r.Case.ID, r.Version.ID)
	fmt.Fprintf(p.w, "%s%.*s", clearLine, columns(p.w)-1, line)
}

func (p *progress) clear() {
	if p.done > 0 {
		fmt.Fprint(p.w, clearLine)
	}
}
