package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// life is what the documents say of a version on the day judged, and what the endpoint does.
type life struct {
	ID         lifecycle.ID
	Documented *lifecycle.Standing // nil where no document is about it
	Listed     *lifecycle.Standing // nil where the endpoint does not list it
}

// Same reports whether the endpoint says what the documents do.
func (l life) Same() bool {
	return l.Documented != nil && l.Listed != nil &&
		l.Documented.Label == l.Listed.Label && l.SameDates()
}

// SameDates reports whether the endpoint says no other dates than the documents.
func (l life) SameDates() bool {
	return l.Documented == nil || l.Listed == nil || l.Documented.NotBefore.String() == l.Listed.NotBefore.String()
}

// State is that of the day judged, by the documents if they know the version.
func (l life) State() lifecycle.State {
	if l.Documented != nil {
		return l.Documented.State
	}
	return l.Listed.State
}

// tablesOf are the versions of the documents, and those that the endpoint lists.
func tablesOf(r *conformance.Report) (documented, listed lifecycle.Table) {
	documented = lifecycle.Table{Source: r.Table.Source, Read: r.Table.Read, Versions: r.Table.Versions}
	listed = lifecycle.Table{Source: r.Endpoint, Read: r.Started, Versions: r.Listed}
	return documented, listed
}

// livesOf are the versions that the documents or the endpoint know, the oldest first.
func livesOf(r *conformance.Report) []life {
	documented, listed := tablesOf(r)
	lives := map[lifecycle.ID]*life{}
	var ids []lifecycle.ID
	of := func(id lifecycle.ID) *life {
		if lives[id] == nil {
			lives[id] = &life{ID: id}
			ids = append(ids, id)
		}
		return lives[id]
	}
	for _, s := range documented.At(r.Day) {
		of(s.ID).Documented = &s
	}
	for _, s := range listed.At(r.Day) {
		of(s.ID).Listed = &s
	}
	slices.SortFunc(ids, lifecycle.ID.Compare)
	var list []life
	for _, id := range ids {
		list = append(list, *lives[id])
	}
	return list
}

// drawing is a timeline of the lives. Its width is that of the page: what lies along it is in percent, the
// rest in pixels.
type drawing struct {
	Height int
	Bottom int // of the rows
	Day    timelineMark
	Months []timelineMark
	Rows   []timelineRow

	first, last int // days before and after the day judged
}

// timelineMark is a date on the axis.
type timelineMark struct {
	X, Anchor, Text string
}

// timelineRow is one version: a bar, or two where the documents and the endpoint have other dates.
type timelineRow struct {
	life
	Y    int
	Bars []timelineBar
}

// Word is the key of what the documents or the endpoint do not say of the version, or nothing.
func (r timelineRow) Word() string {
	switch {
	case r.Documented == nil:
		return "undocumented"
	case r.Listed == nil:
		return "unlisted"
	}
	return ""
}

// timelineBar is the life of a version as the documents or the endpoint have it.
type timelineBar struct {
	Source   string // "documented", "listed", or nothing where there is one bar
	Y        int
	Segments []timelineSegment
	End      timelineMark // without a text if no end is known
}

// timelineSegment is some days in one state.
type timelineSegment struct {
	State    lifecycle.State
	X, Width string
}

// The sizes of a timeline, in pixels, and its days on either side of the day judged.
const (
	timelineTop      = 24
	timelineTitle    = 24
	timelineBarStep  = 34
	timelineFewest   = 180
	timelineFarthest = 3 * 365
	timelineRoom     = 60 // beyond the first and the last date
)

// timelineStates are the states that are drawn, in the order in which a version goes through them.
var timelineStates = []lifecycle.State{lifecycle.Planned, lifecycle.Current, lifecycle.Supported, lifecycle.Deprecated, lifecycle.Ended}

// newTimeline draws the lives of a report's versions, or nothing if there are none or no day was judged.
func newTimeline(r *conformance.Report) *drawing {
	lives := livesOf(r)
	if len(lives) == 0 || r.Day.IsZero() {
		return nil
	}
	t := &drawing{}
	t.reach(lives)
	t.Day = timelineMark{t.x(0), t.anchor(0, dayWidth), r.Day.String()}
	t.Months = t.months(r.Day)
	documented, listed := tablesOf(r)
	y := timelineTop
	for _, l := range lives {
		row := timelineRow{life: l, Y: y}
		y += timelineTitle
		draw := func(source string, table lifecycle.Table, s *lifecycle.Standing) {
			row.Bars = append(row.Bars, t.bar(source, y, table, r.Day, s))
			y += timelineBarStep
		}
		switch {
		case l.Documented == nil:
			draw("", listed, l.Listed)
		case l.SameDates():
			draw("", documented, l.Documented)
		default:
			draw("documented", documented, l.Documented)
			draw("listed", listed, l.Listed)
		}
		t.Rows = append(t.Rows, row)
	}
	t.Bottom, t.Height = y, y+timelineTop
	return t
}

// reach sets the days that are drawn: those of all dates, but for dates that are years away.
func (t *drawing) reach(lives []life) {
	t.first, t.last = -timelineFewest, timelineFewest
	for _, l := range lives {
		for _, s := range []*lifecycle.Standing{l.Documented, l.Listed} {
			if s == nil {
				continue
			}
			if n, known := s.Left.Count(); known && -timelineFarthest < n && n < timelineFarthest {
				t.first, t.last = min(t.first, n-timelineRoom), max(t.last, n+timelineRoom)
			}
		}
	}
}

// bar draws one version of a table.
func (t *drawing) bar(source string, y int, table lifecycle.Table, day lifecycle.Date, s *lifecycle.Standing) timelineBar {
	bar := timelineBar{Source: source, Y: y}
	table.Versions = []lifecycle.Version{s.Version}
	from, state := t.first, lifecycle.State("")
	for n := t.first; n <= t.last+1; n++ {
		then := lifecycle.State("")
		if n <= t.last {
			then = table.At(day.Plus(n))[0].State
		}
		if then == state {
			continue
		}
		if state != "" {
			bar.Segments = append(bar.Segments, timelineSegment{state, t.x(from), t.percent(n - from)})
		}
		from, state = n, then
	}
	if n, known := s.Left.Count(); known {
		bar.End = timelineMark{t.x(n), t.besideDay(n), s.NotBefore.String()}
		switch {
		case n < t.first:
			bar.End.Text = "← " + bar.End.Text
		case n > t.last:
			bar.End.Text += " →"
		}
	}
	return bar
}

// months are the firsts of some months, far enough apart to be read on a phone.
func (t *drawing) months(day lifecycle.Date) []timelineMark {
	firsts := []string{"-01-01"}
	switch fifth := (t.last - t.first) / 5; {
	case fifth <= 90:
		firsts = []string{"-01-01", "-04-01", "-07-01", "-10-01"}
	case fifth <= 181:
		firsts = []string{"-01-01", "-07-01"}
	}
	var marks []timelineMark
	for n := t.first; n <= t.last; n++ {
		date := day.Plus(n).String()
		if slices.ContainsFunc(firsts, func(first string) bool { return strings.HasSuffix(date, first) }) {
			marks = append(marks, timelineMark{t.x(n), t.anchor(n, monthWidth), date[:len("2006-01")]})
		}
	}
	return marks
}

// x is the place of a day, so many days after the day judged.
func (t *drawing) x(n int) string {
	return t.percent(min(max(n, t.first), t.last) - t.first)
}

func (t *drawing) percent(days int) string {
	return fmt.Sprintf("%.2f%%", 100*float64(days)/float64(t.last-t.first))
}

// The widths of texts on a phone, as parts of the drawing's.
const (
	monthWidth = 0.2
	endWidth   = 0.5
	dayWidth   = 0.55
)

// anchor keeps a text of a width at a day within the drawing.
func (t *drawing) anchor(n int, width float64) string {
	switch at := t.at(n); {
	case at < width/2:
		return "start"
	case at > 1-width/2:
		return "end"
	}
	return "middle"
}

// besideDay is an anchor as well, for a text that leaves the day judged in sight if there is room.
func (t *drawing) besideDay(n int) string {
	at := t.at(n)
	near := max(at, t.at(0))-min(at, t.at(0)) < endWidth/2
	switch {
	case near && n < 0 && at > endWidth:
		return "end"
	case near && n >= 0 && at < 1-endWidth:
		return "start"
	}
	return t.anchor(n, endWidth)
}

// at is the place of a day as a part of the width.
func (t *drawing) at(n int) float64 {
	return float64(n-t.first) / float64(t.last-t.first)
}
