package migrate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// Question is what is asked about uses.
type Question struct {
	Day    lifecycle.Date  // the day judged
	Target lifecycle.ID    // the version to move to
	Table  lifecycle.Table // what is known of the versions

	// WarnWithin is how many days before its end a use is Ending.
	WarnWithin int
	// OnlyEnded leaves other findings out of the report. The answer stays the same.
	OnlyEnded bool
	// Ignore accepts findings for a time; nil accepts none.
	Ignore *Ignore
}

// Judge says what the uses of a scan come to on the day of a question. It reads no clock.
func Judge(scanned *Scanned, q Question) *Report {
	r := &Report{
		SchemaVersion: schemaVersion,
		Root:          scanned.Root,
		Day:           q.Day,
		Target:        q.Target,
		Table:         q.Table.Describe(q.Day),
		WarnWithin:    q.WarnWithin,
		Findings:      []Finding{},
		OnlyEnded:     q.OnlyEnded,
		Ignored:       []Ignored{},
		Troubles:      append([]Trouble{}, scanned.Troubles...),
		Files:         scanned.Files,
		Skipped:       append([]Skipped{}, scanned.Skipped...),
		Counts:        map[State]int{},
	}
	for _, state := range States() {
		r.Counts[state] = 0
	}
	j := judge{Question: q, standings: q.Table.At(q.Day)}
	ignore := q.Ignore.on(q.Day)
	seen := map[string]int{}
	var counted []Finding
	for _, use := range scanned.Uses {
		use.Versions = append([]lifecycle.ID{}, use.Versions...) // never null as JSON
		f := j.finding(use)
		f.Fingerprint = fingerprint(use, seen)
		if entry := ignore.accepting(use); entry != nil {
			r.Ignored = append(r.Ignored, Ignored{f, entry.Reason, entry.Expires})
			continue
		}
		counted = append(counted, f)
		r.Counts[f.State]++
		if !q.OnlyEnded || f.State == Ended || f.State == NotSafe {
			r.Findings = append(r.Findings, f)
		}
	}
	r.IgnoreFile, r.Stale = ignore.File, ignore.stale()
	r.Warnings = j.warnings()
	r.answer(counted)
	return r
}

// fingerprint tells a use from others by its rule, file and text, and by how many like it stand before it in the
// file. The line is no part of it.
func fingerprint(u Use, seen map[string]int) string {
	key := strings.Join([]string{string(u.Rule), u.File, strings.Join(strings.Fields(u.Text), " ")}, "\x00")
	seen[key]++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", key, seen[key]))
	return hex.EncodeToString(sum[:16])
}

// judge answers a question about one use after the other.
type judge struct {
	Question
	standings lifecycle.Standings
}

// finding is what a use comes to: the worst that one of its versions comes to, and of equals the first to end.
func (j *judge) finding(u Use) Finding {
	f := Finding{Use: u, State: Supported}
	unjudged := ""
	if u.Unknown != "" {
		unjudged = "find out which version this speaks: " + u.Unknown
	}
	var first lifecycle.Standing
	for _, id := range u.Versions {
		s, known := j.standings.Of(id)
		switch {
		case !known && unjudged == "":
			unjudged = "judge it by a table that has it, with --lifecycle: unknown version " + id.String()
		case known && (first.ID == lifecycle.ID{} || j.sooner(s, first)):
			first = s
		}
	}
	if !first.UnsafeFrom.IsZero() {
		f.Ends, f.Left = first.UnsafeFrom, first.Left
	}
	if first.ID != (lifecycle.ID{}) {
		f.State = j.state(first)
	}
	switch {
	case f.State == Ended, f.State == NotSafe:
		f.Do = j.move(u) + ": " + j.why(first)
	case unjudged != "":
		f.State, f.Do = CannotJudge, unjudged
	case len(u.Versions) == 0:
		f.State, f.Do = Unpinned, "pin it: "+j.pin(u)
	case f.State == Ending && first.ID.Compare(j.to()) >= 0:
		f.Do = "watch it: " + j.why(first)
	case f.State == Ending:
		f.Do = j.move(u) + ": " + j.why(first)
	}
	return f
}

// state is what speaking one version comes to.
func (j *judge) state(s lifecycle.Standing) State {
	switch {
	case !s.Safe && s.UnsafeFrom.IsZero():
		return NotSafe
	case !s.Safe:
		return Ended
	case s.Lapsed, s.Left.Within(j.WarnWithin):
		return Ending
	}
	return Supported
}

// sooner reports whether a is to be left before b.
func (j *judge) sooner(a, b lifecycle.Standing) bool {
	x, y := slices.Index(States(), j.state(a)), slices.Index(States(), j.state(b))
	if x != y {
		return x < y
	}
	days, known := a.Left.Count()
	return known && !b.Left.Within(days)
}

// warnings are what a reader has to know about the answer.
func (j *judge) warnings() []string {
	list := []string{}
	s, known := j.standings.Of(j.Target)
	switch {
	case !known:
		list = append(list, fmt.Sprintf("whether %s, the target, is safe cannot be judged: the table of versions does not have it", j.Target))
	case !s.Safe:
		list = append(list, fmt.Sprintf("%s, the target, is not safe on %s: %s", j.Target, j.Day, s))
	case j.state(s) == Ending:
		list = append(list, fmt.Sprintf("%s is the target, and %s", j.Target, s))
	}
	if j.Table.Stale(j.Day) {
		list = append(list, "the table of versions is more than 90 days old, or of unknown age: "+
			"store what an endpoint says with versions --endpoint URL --save FILE, and use it with --lifecycle FILE")
	}
	return list
}
