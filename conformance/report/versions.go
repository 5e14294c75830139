package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report/safe"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// Versions says what is known of the versions of the service on a day.
type Versions struct {
	Day lifecycle.Date `json:"day"`
	// Table says in words where and when it was read; Stale is set if that is too long ago to rely on.
	Table string `json:"table"`
	Stale bool   `json:"stale"`
	// Recommended is the version to call, nil if there is none.
	Recommended *lifecycle.ID     `json:"recommended"`
	Versions    []VersionStanding `json:"versions"`
	Required    []VersionStanding `json:"required"`
	// Differences are where an endpoint differs from the table Against.
	Against     string              `json:"against,omitempty"`
	Differences []lifecycle.Finding `json:"differences,omitempty"`
	// Announced is what the endpoint's Deprecation and Sunset headers say, nil if it sends none. Trouble says
	// what is wrong with them.
	Announced *lifecycle.Announcement `json:"announced,omitempty"`
	Trouble   string                  `json:"trouble,omitempty"`
}

// VersionStanding is one version on a day, and what to do about it.
type VersionStanding struct {
	lifecycle.Standing
	// Known is false for a version that is not in the table.
	Known bool `json:"known"`
	// Warn is set for a version that is safe, but not for much longer.
	Warn   bool   `json:"warn"`
	Advice string `json:"advice"`
}

// NewVersions judges a table on a day. A version with at most warnWithin days left gets a warning. Safe is
// about the required versions or, if there are none, about the recommended one.
func NewVersions(table lifecycle.Table, day lifecycle.Date, warnWithin int, required []lifecycle.ID) Versions {
	standings := table.At(day)
	v := Versions{Day: day, Table: table.Describe(day), Stale: table.Stale(day)}
	recommended, ok := standings.Recommended()
	if ok {
		v.Recommended = &recommended.ID
		if len(required) == 0 {
			required = []lifecycle.ID{recommended.ID}
		}
	}
	for _, s := range standings {
		v.Versions = append(v.Versions, v.judge(s, warnWithin))
	}
	for _, id := range required {
		if s, known := standings.Of(id); known {
			v.Required = append(v.Required, v.judge(s, warnWithin))
		} else {
			v.Required = append(v.Required, VersionStanding{
				Standing: lifecycle.Standing{Version: lifecycle.Version{ID: id}},
				Advice:   "no longer listed: " + v.moveOn(),
			})
		}
	}
	return v
}

// Compare adds what the endpoint whose table was judged says differently from a known table.
func (v *Versions) Compare(known lifecycle.Table, discovered conformance.Discovered) {
	v.Against = known.Source
	v.Differences = lifecycle.Diff(known, discovered.Table, v.Day)
	if a := discovered.Announcement; a.Deprecated || !a.Sunset.IsZero() {
		v.Announced = &a
	}
	if discovered.AnnouncementErr != nil {
		v.Trouble = discovered.AnnouncementErr.Error()
	}
}

// judge says what to do about a version.
func (v Versions) judge(s lifecycle.Standing, warnWithin int) VersionStanding {
	judged := VersionStanding{Standing: s, Known: true}
	judged.Warn = s.Safe && s.Left.Within(warnWithin)
	switch {
	case s.State == lifecycle.Planned:
		judged.Advice = "cannot be called yet"
	case v.Recommended != nil && s.ID == *v.Recommended:
		judged.Advice = "the one to call"
		if judged.Warn {
			judged.Advice += ", for now"
		}
	case !s.Safe:
		judged.Advice = v.moveOn() + " now"
	case judged.Warn:
		judged.Advice = fmt.Sprintf("%s before %s", v.moveOn(), s.UnsafeFrom)
	default:
		judged.Advice = "safe; " + v.moveOn() + " when you can"
	}
	return judged
}

func (v Versions) moveOn() string {
	if v.Recommended == nil {
		return "ask the vendor: there is no version to move to"
	}
	return "move to " + v.Recommended.String()
}

// Safe reports whether every required version may be called on the day. It is false if none is required, as
// then no version could be recommended.
func (v Versions) Safe() bool {
	for _, s := range v.Required {
		if !s.Safe {
			return false
		}
	}
	return len(v.Required) > 0
}

// JSON writes the versions as JSON.
func (v Versions) JSON(w io.Writer) error {
	return safe.JSON(w, v, "  ")
}

// Text writes the versions for a terminal that is so many columns wide: a table, a timeline, and what
// differs. It fits 60 columns.
func (v Versions) Text(w io.Writer, table lifecycle.Table, width int) error {
	var b strings.Builder
	wrapped(&b, width, "", fmt.Sprintf("Versions of the API on %s. Source: %s.", v.Day, v.Table))
	for _, warning := range v.warnings() {
		wrapped(&b, width, "", "Warning: "+warning+".")
	}
	b.WriteString("\n")
	v.table(&b, width)
	b.WriteString("\n")
	timeline(&b, table, v.Day, width)
	v.findings(&b, func(item string) { wrapped(&b, width, "- ", item) })
	b.WriteString("\n")
	wrapped(&b, width, "", v.verdict())
	_, err := io.WriteString(w, b.String())
	return err
}

// table writes a row for each version: the label as it was read, and the state on the day judged. What to do about it stands in the last column if it fits there
// in every row, else below.
func (v Versions) table(b *strings.Builder, width int) {
	rows := [][]string{{"VERSION", "LABEL", "STATE", "ENDS", "LEFT", "WHAT TO DO"}}
	for _, s := range v.Versions {
		rows = append(rows, []string{s.ID.String(), string(s.Label), string(s.State), s.NotBefore.String(), left(s), s.Advice})
	}
	const gap = 2
	widths := make([]int, len(rows[0]))
	total := -gap
	for column := range widths {
		for _, row := range rows {
			widths[column] = max(widths[column], len(row[column])+gap)
		}
		total += widths[column]
	}
	last := len(widths) - 1
	below := total > width
	for i, row := range rows {
		line := ""
		for column, cell := range row[:last] {
			line += fmt.Sprintf("%-*s", widths[column], cell)
		}
		if !below {
			line += row[last]
		}
		fmt.Fprintln(b, strings.TrimRight(line, " "))
		if below && i > 0 {
			wrapped(b, width, strings.Repeat(" ", widths[0]), row[last])
		}
	}
}

// wrapped writes a text in lines of at most width characters. The first begins with start, the others
// with as many blanks.
func wrapped(b *strings.Builder, width int, start, text string) {
	for _, line := range safe.Wrap(text, width-len(start)) {
		fmt.Fprintln(b, start+line)
		start = strings.Repeat(" ", len(start))
	}
}

// Markdown writes the versions as a table for a page or an issue.
func (v Versions) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "## Versions of the API on %s\n\nSource: %s.\n\n", v.Day, v.Table)
	for _, warning := range v.warnings() {
		fmt.Fprintf(&b, "> **Warning:** %s.\n\n", warning)
	}
	b.WriteString("| Version | Label | State | Ends | Left | What to do |\n|---|---|---|---|---|---|\n")
	for _, s := range v.Versions {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", s.ID, s.Label, s.State, s.NotBefore, left(s), s.Advice)
	}
	v.findings(&b, func(item string) { fmt.Fprintf(&b, "- %s\n", item) })
	fmt.Fprintf(&b, "\n**%s**\n", v.verdict())
	_, err := io.WriteString(w, b.String())
	return err
}

// warnings returns what a reader has to know before the table.
func (v Versions) warnings() []string {
	var list []string
	if v.Stale {
		list = append(list, "this table is more than 90 days old, or of unknown age; ask an endpoint with --endpoint URL --save FILE, and use its answer with --lifecycle FILE")
	}
	for _, s := range v.Versions {
		if s.Warn {
			list = append(list, s.String())
		}
	}
	return list
}

// findings writes where the endpoint differs from the table, each difference with item.
func (v Versions) findings(b *strings.Builder, item func(string)) {
	switch {
	case v.Against == "":
	case len(v.Differences) == 0:
		fmt.Fprintf(b, "\nThe endpoint says the same as %s.\n", v.Against)
	default:
		fmt.Fprintf(b, "\nThe endpoint differs from %s:\n\n", v.Against)
	}
	for _, f := range v.Differences {
		word := "note"
		if f.Failure {
			word = "WRONG"
		}
		item(word + ": " + f.Text + ".")
	}
	if v.Announced != nil {
		fmt.Fprintf(b, "\nThe endpoint's headers announce: deprecated %s, sunset %s.\n", deprecated(*v.Announced), v.Announced.Sunset)
	}
	if v.Trouble != "" {
		fmt.Fprintf(b, "\nWarning: %s.\n", v.Trouble)
	}
}

func deprecated(a lifecycle.Announcement) string {
	switch {
	case !a.Deprecated:
		return "no"
	case a.DeprecatedOn.IsZero():
		return "yes"
	}
	return "on " + a.DeprecatedOn.String()
}

// verdict returns the answer in one line.
func (v Versions) verdict() string {
	if len(v.Required) == 0 {
		return fmt.Sprintf("NOT SAFE on %s: no version can be recommended", v.Day)
	}
	var unsafe, all []string
	for _, s := range v.Required {
		all = append(all, s.ID.String())
		switch {
		case !s.Known:
			unsafe = append(unsafe, s.ID.String()+" is no longer listed")
		case !s.Safe:
			unsafe = append(unsafe, s.String())
		}
	}
	if len(unsafe) > 0 {
		return fmt.Sprintf("NOT SAFE on %s: %s", v.Day, strings.Join(unsafe, "; "))
	}
	return fmt.Sprintf("SAFE on %s: %s", v.Day, strings.Join(all, ", "))
}

// left says how long a version is still supported.
func left(s VersionStanding) string {
	n, known := s.Left.Count()
	switch {
	case !known:
		return "no end known"
	case n > 0:
		return s.Left.String()
	case n == 0:
		return "ends that day"
	}
	return strings.TrimPrefix(s.Left.String(), "-") + " ago"
}

// The size of a timeline: the days of a column, and the least and the most columns on either side of the day
// judged.
const (
	timelineStep  = 14
	timelineMost  = 27 // a year and some days
	timelineLeast = 16 // as the dates need
)

// marks are the states in a timeline.
var marks = map[lifecycle.State]string{
	lifecycle.Planned:    "-",
	lifecycle.Current:    "█",
	lifecycle.Supported:  "▓",
	lifecycle.Deprecated: "░",
	lifecycle.Ended:      "·",
}

// timeline draws a row for each version, with the day judged in the middle. A column shows the state on
// the first of its days.
func timeline(b *strings.Builder, table lifecycle.Table, day lifecycle.Date, width int) {
	const indent = "       "
	sides := min(max((width-len(indent)-1)/2, timelineLeast), timelineMost)
	from, to := day.Plus(-sides*timelineStep), day.Plus(sides*timelineStep)
	margin := sides - len(day.String())/2
	fmt.Fprintf(b, "%s%-*s%s%*s\n", indent, margin, from, day, margin+1, to)
	fmt.Fprintf(b, "%s%*s\n", indent, sides+1, "▼")
	for _, s := range table.At(day) {
		fmt.Fprintf(b, "%-*s", len(indent), s.ID)
		for column := -sides; column <= sides; column++ {
			then, _ := table.At(day.Plus(column * timelineStep)).Of(s.ID)
			b.WriteString(cmp.Or(marks[then.State], " "))
		}
		b.WriteString("\n")
	}
	b.WriteString("█ CURRENT  ▓ SUPPORTED  ░ DEPRECATED  · ENDED  - PLANNED\n")
}
