package conformance

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// Bounds of a baseline.
const (
	maxBaseline = 1 << 20 // bytes
	// maxExpiry and nearExpiry are days from the day judged: the latest that an entry may expire, and when
	// those of a new baseline do.
	maxExpiry  = 400
	nearExpiry = 30
)

// Baseline is the findings that are known and accepted for a time. A run with one fails on everything else
// that is found, and on entries that no longer say what is so.
type Baseline struct {
	// File is where it was read from.
	File    string
	Entries []BaselineEntry
	// catalogue is how many variants each case has, of which a run may ask a few.
	catalogue map[string]int
}

// BaselineEntry accepts one finding of one case.
type BaselineEntry struct {
	Case string `yaml:"case"`
	// Versions and Endpoint are patterns, in which * stands for any text; empty for all.
	Versions []string    `yaml:"versions,omitempty,flow"`
	Endpoint string      `yaml:"endpoint,omitempty"`
	Finding  Fingerprint `yaml:"finding"`
	Reason   string      `yaml:"reason"`
	Owner    string      `yaml:"owner,omitempty"`
	// Issue is a link, Expires the last day on which the finding is accepted.
	Issue   string         `yaml:"issue,omitempty"`
	Expires lifecycle.Date `yaml:"expires"`
	// Line is where the entry stands in the file.
	Line int `yaml:"-"`
}

// Fingerprint tells a finding from others of its case, from night to night.
type Fingerprint struct {
	Clause string `yaml:"clause"`
	Code   Code   `yaml:"code"`
	// Status is that of the answer that shows it; 0 for any.
	Status int `yaml:"status,omitempty"`
	// Variants are those of the case that may come to the finding; empty for any.
	Variants []string `yaml:"variants,omitempty"`
}

// LoadBaseline reads a baseline, which is YAML. The cases are the whole catalogue, whichever of them a run asks.
// It refuses what could accept nothing, or more than was meant: unknown keys, cases, clauses and variants, an
// empty reason, and an entry that expires more than 400 days after the day judged. Errors name the line.
func LoadBaseline(r io.Reader, file string, cases []Case, day lifecycle.Date) (*Baseline, error) {
	data, err := readBounded(r, maxBaseline)
	if err != nil {
		return nil, err
	}
	var content struct {
		Known []yaml.Node `yaml:"known"`
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, errors.New("it is empty")
	}
	if err := yaml.Load(data, &content, yaml.WithKnownFields()); err != nil {
		return nil, plainYAML(err)
	}
	b := &Baseline{File: file, catalogue: map[string]int{}}
	for _, c := range cases {
		b.catalogue[c.ID] = len(c.Variants)
	}
	for i, node := range content.Known {
		entry := BaselineEntry{Line: node.Line}
		if err := node.Load(&entry, yaml.WithKnownFields()); err != nil {
			return nil, fmt.Errorf("entry %d: %w", i+1, plainYAML(err))
		}
		if err := entry.check(cases, day); err != nil {
			return nil, fmt.Errorf("line %d: entry %d (%s): %w", entry.Line, i+1, entry.Case, err)
		}
		b.Entries = append(b.Entries, entry)
	}
	return b, nil
}

// readBounded reads all of r, and refuses what is longer than most bytes.
func readBounded(r io.Reader, most int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("it is larger than %d MiB", most>>20)
	}
	return data, err
}

var (
	unknownKey = regexp.MustCompile(`^field (\S+) not found in type .*`)
	wrongType  = regexp.MustCompile("^cannot construct (!!\\S+)(?: (`.*?`))? into .*")
)

// plainYAML says what is wrong with a YAML file in words of the file, not of Go types.
func plainYAML(err error) error {
	first, ok := errors.AsType[*yaml.LoadError](err)
	if !ok {
		return err
	}
	message := unknownKey.ReplaceAllString(first.Message, "unknown key $1")
	if wrong := wrongType.FindStringSubmatch(message); wrong != nil {
		message = "unexpected " + cmp.Or(wrong[2], map[string]string{"!!map": "keys", "!!seq": "list"}[wrong[1]], wrong[1])
	}
	if first.Mark.Line == 0 {
		return errors.New(message)
	}
	return fmt.Errorf("line %d: %s", first.Mark.Line, message)
}

var versionPattern = regexp.MustCompile(`^[0-9.*]+$`)

func (e *BaselineEntry) check(cases []Case, day lifecycle.Date) error {
	i := slices.IndexFunc(cases, func(c Case) bool { return c.ID == e.Case })
	if i < 0 {
		return fmt.Errorf("unknown case %q", e.Case)
	}
	for _, version := range e.Versions {
		if !versionPattern.MatchString(version) {
			return fmt.Errorf("versions: %q is not a version such as 1.2, or a pattern such as 1.*", version)
		}
	}
	if err := e.Finding.check(cases[i], cases); err != nil {
		return fmt.Errorf("finding: %w", err)
	}
	if e.Issue != "" {
		link, err := url.Parse(e.Issue)
		if err != nil || link.Scheme != "https" && link.Scheme != "http" || link.Host == "" || link.User != nil {
			return errors.New("issue is not a link such as https://tracker.example/1")
		}
	}
	switch {
	case strings.TrimSpace(e.Reason) == "":
		return errors.New("reason is empty: say why the finding is accepted")
	case e.Expires.IsZero():
		return errors.New("expires is missing: name the last day, such as 2026-08-31")
	case !lifecycle.Window{Last: day.Plus(maxExpiry)}.Contains(e.Expires):
		return fmt.Errorf("expires %s, which is more than %d days after the day judged, %s", e.Expires, maxExpiry, day)
	}
	return nil
}

func (f Fingerprint) check(of Case, cases []Case) error {
	known := slices.ContainsFunc(cases, func(c Case) bool {
		return slices.ContainsFunc(c.Clauses, func(own Clause) bool { return own.ID == f.Clause })
	})
	switch {
	case f.Clause == "" || f.Code == "":
		return errors.New("clause and code are needed, as a report has them")
	case !known:
		return fmt.Errorf("unknown clause %q", f.Clause)
	case f.Status != 0 && (f.Status < 100 || f.Status > 599):
		return fmt.Errorf("status %d is not that of an answer", f.Status)
	}
	for _, name := range f.Variants {
		if !slices.ContainsFunc(of.Variants, func(v Variant) bool { return v.Name == name }) {
			return fmt.Errorf("case %s has no variant %q", of.ID, name)
		}
	}
	return nil
}

// matches reports whether a text is what a pattern stands for.
func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	last := len(parts) - 1
	if last == 0 {
		return pattern == text
	}
	text, is := strings.CutPrefix(text, parts[0])
	for _, part := range parts[1:last] {
		if is {
			_, text, is = strings.Cut(text, part)
		}
	}
	return is && strings.HasSuffix(text, parts[last])
}

// covers reports whether the entry is about a result.
func (e *BaselineEntry) covers(endpoint string, r Result) bool {
	return e.Case == r.Case.ID &&
		(e.Endpoint == "" || matches(e.Endpoint, endpoint)) &&
		(len(e.Versions) == 0 || slices.ContainsFunc(e.Versions, func(p string) bool { return matches(p, r.Version.ID.String()) }))
}

func (e *BaselineEntry) expired(day lifecycle.Date) bool {
	return !lifecycle.Window{Last: e.Expires}.Contains(day)
}

// accepts reports whether the fingerprint is that of a finding.
func (f Fingerprint) accepts(found Finding) bool {
	if !found.proved() || f.Clause != found.Clause || f.Code != found.Code || f.Status != 0 && f.Status != found.status() {
		return false
	}
	if len(f.Variants) == 0 {
		return true
	}
	return len(found.Variants) > 0 && !slices.ContainsFunc(found.Variants, func(v string) bool { return !slices.Contains(f.Variants, v) })
}

func (f Fingerprint) String() string {
	text := fmt.Sprintf("%s against %s", f.Code, f.Clause)
	if f.Status != 0 {
		text += fmt.Sprintf(" with status %d", f.Status)
	}
	if len(f.Variants) > 0 {
		text += " by " + strings.Join(f.Variants, ", ")
	}
	return text
}

func fingerprint(f Finding) Fingerprint {
	return Fingerprint{Clause: f.Clause, Code: f.Code, Status: f.status(), Variants: f.Variants}
}

// accept marks the findings of a result that an entry accepts on a day.
func (b *Baseline) accept(endpoint string, day lifecycle.Date, r *Result) {
	if b == nil {
		return
	}
	for _, e := range b.Entries {
		if !e.covers(endpoint, *r) || e.expired(day) {
			continue
		}
		for i := range r.Findings {
			if f := &r.Findings[i]; f.Known == nil && e.Finding.accepts(*f) {
				f.Known = &Known{Reason: strings.Join(strings.Fields(e.Reason), " "), Owner: e.Owner, Issue: e.Issue, Expires: e.Expires}
			}
		}
	}
}

// hold compares a report, whose findings are marked, with the baseline, and is nil without one.
func (b *Baseline) hold(r *Report) *BaselineResult {
	if b == nil {
		return nil
	}
	result := &BaselineResult{File: b.File, Entries: len(b.Entries)}
	for _, one := range r.Results {
		if one.Known() {
			result.Known++
		}
	}
	for _, e := range b.Entries {
		result.Problems = append(result.Problems, b.problems(e, r)...)
	}
	return result
}

// contradiction is how results contradict an entry: the case does something, and more is to be said of that.
type contradiction struct {
	kind       BaselineKind
	does, more string
}

// problems are why an entry does not say what is so: one for an entry that has expired, and else one for each way
// in which the case contradicts it, with the versions in which it does.
func (b *Baseline) problems(e BaselineEntry, r *Report) []BaselineProblem {
	var found []contradiction
	versions := map[contradiction][]string{}
	for _, result := range r.Results {
		if !e.covers(r.Endpoint, result) {
			continue
		}
		if e.expired(r.Day) {
			return []BaselineProblem{{BaselineExpired, e.Case, "", fmt.Sprintf(
				"the entry for %s (line %d) expired on %s: mend the endpoint, or renew the entry", e.Case, e.Line, e.Expires)}}
		}
		if c, is := e.contradicted(result, b.catalogue[e.Case], r.sawAll(result, maps.Keys(b.catalogue))); is {
			found = appendNew(found, c)
			versions[c] = append(versions[c], result.Version.ID.String())
		}
	}
	var list []BaselineProblem
	for _, c := range found {
		in := strings.Join(versions[c], ", ")
		problem := BaselineProblem{c.kind, e.Case, "", fmt.Sprintf("%s %s in %s%s (line %d)", e.Case, c.does, in, c.more, e.Line)}
		if len(versions[c]) == 1 {
			problem.Version = in
		}
		list = append(list, problem)
	}
	return list
}

// contradicted reports how a result contradicts an entry that covers it. The case has so many variants, and sawAll
// is set if it met all that it judges. What was not judged in full says nothing about an entry.
func (e *BaselineEntry) contradicted(r Result, variants int, sawAll bool) (how contradiction, is bool) {
	if !r.judged() {
		return how, false
	}
	accepted := false
	var shown, others []string // the variants that the entry accepts, and findings that no entry does
	for _, f := range r.Findings {
		switch {
		case e.Finding.accepts(f):
			accepted = true
			shown = append(shown, f.Variants...)
		case f.proved() && f.Known == nil:
			others = append(others, fingerprint(f).String())
		}
	}
	passing := slices.DeleteFunc(slices.Clone(e.Finding.Variants), func(v string) bool {
		return slices.Contains(shown, v) || !slices.Contains(r.Judged, v)
	})
	open := len(passing) == 0 // nothing is known to be other than accepted
	if len(e.Finding.Variants) == 0 {
		open = accepted || len(r.Judged) < variants
	}
	switch {
	case open:
		return how, false
	case !accepted && len(others) > 0:
		return contradiction{BaselineChanged, "fails", fmt.Sprintf(" in another way: with %s; accepted is %s", strings.Join(others, ", and with "), e.Finding)}, true
	case !sawAll:
		return how, false
	case len(passing) < len(e.Finding.Variants):
		return contradiction{BaselineStale, "passes", fmt.Sprintf(" with %s: remove these variants from its entry", strings.Join(passing, ", "))}, true
	case r.Verdict != Pass:
		return contradiction{BaselineStale, "no longer fails", fmt.Sprintf(" with %s: remove its entry", e.Finding)}, true
	}
	return contradiction{BaselineStale, "passes", ": remove its entry"}, true
}

// WriteBaseline writes a baseline to start from, which accepts what a report found for a short while. Its
// reasons are empty, and have to be filled in. Entries of a baseline that the run was held against are kept,
// unless they are expired, stale or changed.
func WriteBaseline(w io.Writer, r *Report, held *Baseline) error {
	var content struct {
		Known []BaselineEntry `yaml:"known"`
	}
	if held != nil {
		for _, e := range held.Entries {
			if e.inUse(r) || len(held.problems(e, r)) == 0 {
				content.Known = append(content.Known, e)
			}
		}
	}
	content.Known = append(content.Known, newEntries(r)...)
	data, err := yaml.Dump(content, yaml.WithIndent(2))
	if err != nil {
		return fmt.Errorf("write the baseline as YAML: %w", err)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Findings that are known and accepted until they expire, as of %s.\n", r.Day)
	b.WriteString("# Say why in each reason: an empty one is refused.\n")
	if !r.Options.All {
		b.WriteString("# They are those of a sample: each entry holds in every version and for every variant of its case.\n")
	}
	if len(content.Known) == 0 {
		b.WriteString("# Nothing was found that could be accepted.\n")
	}
	b.Write(data)
	_, err = w.Write(b.Bytes())
	return err
}

// inUse reports whether the entry accepted a finding of a report.
func (e *BaselineEntry) inUse(r *Report) bool {
	return slices.ContainsFunc(r.Results, func(result Result) bool {
		return e.covers(r.Endpoint, result) && !e.expired(r.Day) && slices.ContainsFunc(result.Findings, e.Finding.accepts)
	})
}

// newEntries are one for each finding that is not accepted, with the versions it was found in, if all were asked.
func newEntries(r *Report) []BaselineEntry {
	var list []BaselineEntry
	byFinding := map[string]int{}
	for _, result := range r.Results {
		for _, f := range result.Findings {
			if !f.proved() || f.Known != nil {
				continue
			}
			finding := fingerprint(f)
			if !r.Options.All || len(finding.Variants) == result.Case.Variants {
				finding.Variants = nil // all of them, or those of one night
			}
			key := result.Case.ID + " " + finding.String()
			i, known := byFinding[key]
			if !known {
				i = len(list)
				byFinding[key] = i
				list = append(list, BaselineEntry{Case: result.Case.ID, Endpoint: r.Endpoint, Finding: finding, Expires: r.Day.Plus(nearExpiry)})
			}
			if r.Options.All { // a sample asks other versions another night
				list[i].Versions = append(list[i].Versions, result.Version.ID.String())
			}
		}
	}
	return list
}
