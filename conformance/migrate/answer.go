package migrate

import (
	"fmt"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
)

// answer sets the headline and the exit code of a report. What is proved not to be safe comes before what cannot be
// judged, and nothing is safe while something could not be judged.
func (r *Report) answer(findings []Finding) {
	ended, other := tally(findings, Ended), tally(findings, NotSafe)
	unsafe, unjudged := notSafe(ended, other), r.unjudged(findings)
	switch {
	case len(unsafe) > 0:
		r.ExitCode = conformance.ExitFailed
		r.Headline = "not safe: " + strings.Join(append(unsafe, unjudged...), "; ")
	case len(unjudged) > 0:
		r.ExitCode = conformance.ExitNotJudged
		r.Headline = "cannot judge: " + strings.Join(unjudged, ", ")
	default:
		r.ExitCode = conformance.ExitOK
		r.Headline = "safe on " + r.Day.String() + r.caveat(findings)
	}
}

// count is how many uses of one state there are, and when the first of them ends.
type count struct {
	uses  int
	files map[string]bool
	first Finding
	onDay int // how many end on the day judged
}

func tally(findings []Finding, state State) count {
	c := count{files: map[string]bool{}}
	for _, f := range findings {
		if f.State != state {
			continue
		}
		days, known := f.Left.Count()
		if known && (c.first.Ends.IsZero() || !c.first.Left.Within(days)) {
			c.first = f
		}
		if known && days == 0 {
			c.onDay++
		}
		c.uses++
		c.files[f.File] = true
	}
	return c
}

// in is "7 uses in 4 files".
func (c count) in() string { return plural(c.uses, "use") + " in " + plural(len(c.files), "file") }

// verb is a verb in the form that goes with the number of uses.
func (c count) verb(one, several string) string {
	if c.uses == 1 {
		return one
	}
	return several
}

// notSafe says which uses are not safe on the day judged.
func notSafe(ended, other count) []string {
	var parts []string
	switch when := "before it"; {
	case ended.uses == 0:
	case ended.onDay == ended.uses:
		parts = append(parts, fmt.Sprintf("%s %s on that day, %s", ended.in(), ended.verb("ends", "end"), ended.first.Ends))
	default:
		if ended.onDay > 0 {
			when = "before it or on it"
		}
		parts = append(parts, fmt.Sprintf("%s %s %s%s %s", ended.in(), ended.verb("ends", "end"), when, ended.verb(", on", "; the first on"), ended.first.Ends))
	}
	if other.uses > 0 {
		parts = append(parts, fmt.Sprintf("%s %s a version that is not safe then", other.in(), other.verb("speaks", "speak")))
	}
	return parts
}

// unjudged says what could not be judged, and why.
func (r *Report) unjudged(findings []Finding) []string {
	var parts []string
	if c := tally(findings, Unpinned); c.uses > 0 {
		parts = append(parts, fmt.Sprintf("%s %s no version", plural(c.uses, "use"), c.verb("pins", "pin")))
	}
	if c := tally(findings, CannotJudge); c.uses > 0 {
		parts = append(parts, plural(c.uses, "use")+" "+c.verb("speaks an unknown version", "speak unknown versions"))
	}
	unread := map[string]bool{}
	for _, t := range r.Troubles {
		unread[t.File] = true
	}
	if n := len(unread); n > 0 {
		parts = append(parts, plural(n, "file")+" could not be read")
	}
	if r.Files == 0 && len(r.Troubles) == 0 {
		parts = append(parts, "no file was read")
	}
	return parts
}

// caveat says what is to be known about a report that is safe.
func (r *Report) caveat(findings []Finding) string {
	if len(findings)+len(r.Ignored) == 0 {
		return ": nothing here speaks the API, in " + plural(r.Files, "file") + " read"
	}
	var parts []string
	if c := tally(findings, Ending); !c.first.Ends.IsZero() {
		parts = append(parts, fmt.Sprintf("%s %s soon after%s %s", c.in(), c.verb("ends", "end"), c.verb(", on", ", the first on"), c.first.Ends))
	} else if c.uses > 0 {
		parts = append(parts, fmt.Sprintf("%s %s a version whose guarantee has lapsed", c.in(), c.verb("speaks", "speak")))
	}
	if n := len(r.Ignored); n > 0 {
		parts = append(parts, plural(n, "use")+" ignored")
	}
	if len(parts) == 0 {
		return ""
	}
	return "; " + strings.Join(parts, "; ")
}

// plural is a number with its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
