package main

import (
	"fmt"
	"io"
	"sync/atomic"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// progress is a bar on a terminal that says how far a run has come, how long it may still take, and which case
// began last. Elsewhere it is nothing.
type progress struct {
	bars    *mpb.Progress
	bar     *mpb.Bar
	running atomic.Pointer[string]
}

func newProgress(w io.Writer, total int) *progress {
	p := &progress{}
	file, ok := terminal(w)
	if !ok {
		return p
	}
	const barWidth = 24 // columns; less on a narrow terminal
	p.bars = mpb.New(mpb.WithOutput(file), mpb.WithWidth(barWidth))
	p.bar = p.bars.AddBar(int64(total), mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.CountersNoUnit("%d of %d ")),
		mpb.AppendDecorators(
			decor.AverageETA(decor.ET_STYLE_GO),
			decor.Any(func(decor.Statistics) string {
				if running := p.running.Load(); running != nil {
					return " left: " + *running
				}
				return " left"
			}),
		))
	return p
}

// began shows the case that is running.
func (p *progress) began(c conformance.CaseFacts, version lifecycle.Version) {
	p.running.Store(new(fmt.Sprintf("%s in %s", c.ID, version.ID)))
}

func (p *progress) ended() {
	if p.bar != nil {
		p.bar.Increment()
	}
}

// clear removes the bar, whether or not all cases ended.
func (p *progress) clear() {
	if p.bar != nil {
		p.bar.Abort(true)
		p.bars.Wait()
	}
}
