// Package diff says what changes for a caller who moves from one version of the API to another, as far as
// their documents tell.
//
// oasdiff finds the differences. It is written for whoever publishes an API, and asks whether a change was
// announced long enough ahead; a caller asks whether code that works will go on working. So this package
// judges each difference again, by one rule. A change is a break if a caller who keeps to the older document
//
//   - may use what the newer one does not have: an operation, a parameter, a property, a status, a value;
//   - has to do what the older one did not ask for, or finds that the same request means something else; or
//   - may be answered what the older one ruled out.
//
// A refusal that was not documented before is no break, since every caller has to expect those. Where the
// documents cannot tell whether a caller is affected, the change counts as a break. "Older" and "newer" are
// the two sides as asked for, whichever was published first.
//
// No answer here depends on the day, except what is said about the lifecycle of the two versions.
package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/oasdiff/oasdiff/checker"
	oasdiff "github.com/oasdiff/oasdiff/diff"
	"github.com/oasdiff/oasdiff/load"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// Changes are the differences between two versions, for a caller.
type Changes struct {
	SchemaVersion int            `json:"schema_version"`
	Day           lifecycle.Date `json:"day"` // on which the lifecycle of the two was judged
	From          Version        `json:"from"`
	To            Version        `json:"to"`

	// Migration is what every move between two versions takes. It is not a break.
	Migration string `json:"migration"`

	Changes  []Change `json:"changes"`  // breaks first, then by path and method
	Unjudged []string `json:"unjudged"` // differences that nothing here can judge, as sentences without full stops

	Breaks   int    `json:"breaks"`
	Headline string `json:"headline"`
	ExitCode int    `json:"exit_code"`
}

// Version is one of the two versions.
type Version struct {
	Document string `json:"document"` // the file's name
	ID       string `json:"version"`  // "1.3", or empty if the document does not say
	Header   string `json:"header"`   // the value of the version header, "virtualserver 1.3", or empty
	// State is what the version is on the day judged, and NotBefore the end of its guaranteed support. Both
	// are empty if the document does not say. Standing says the two in words.
	State     lifecycle.State `json:"state"`
	NotBefore lifecycle.Date  `json:"not_before,omitzero"`
	Standing  string          `json:"standing"`
}

// Change is one difference.
type Change struct {
	ID     string `json:"id"` // oasdiff's name of the rule, or one of this package's own
	Break  bool   `json:"break"`
	Method string `json:"method"` // empty if it concerns the whole document
	Path   string `json:"path"`   // a template, as in the older document
	Text   string `json:"text"`   // a phrase without its full stop
	Means  string `json:"means"`  // of a break, what that is to a caller; a sentence without its full stop
}

const schemaVersion = 1

// Between compares two sides. The lifecycle of their versions is judged on a day.
func Between(from, to *Side, day lifecycle.Date) (*Changes, error) {
	c := &Changes{
		SchemaVersion: schemaVersion,
		Day:           day,
		From:          from.version(day),
		To:            to.version(day),
		Changes:       []Change{},
		Unjudged:      []string{},
	}
	c.Migration = migration(c.From, c.To)
	for i := range min(len(from.specs), len(to.specs)) { // a file has no companion documents
		if err := c.compare(from.specs[i], to.specs[i]); err != nil {
			return nil, fmt.Errorf("compare %s with %s: %w", from.name, to.name, err)
		}
	}
	slices.SortFunc(c.Changes, func(a, b Change) int {
		return cmp.Or(breaksFirst(a, b), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method),
			cmp.Compare(a.ID, b.ID), cmp.Compare(a.Text, b.Text))
	})
	c.Changes = slices.Compact(c.Changes)
	slices.Sort(c.Unjudged)
	c.conclude()
	return c, nil
}

func breaksFirst(a, b Change) int {
	switch {
	case a.Break == b.Break:
		return 0
	case a.Break:
		return -1
	}
	return 1
}

// compare adds the differences between two documents.
func (c *Changes) compare(older, newer document) (err error) {
	defer func() {
		if r := recover(); r != nil { // oasdiff's or kin-openapi's: the documents may be anybody's
			err = fmt.Errorf("the documents cannot be compared: %v", r)
		}
	}()
	a, b, err := alike(older, newer)
	if err != nil {
		return err
	}
	c.Changes = append(c.Changes, serverChanges(a, b)...)

	// Texts and examples bind nobody, and extensions are not part of a request or an answer.
	config := oasdiff.NewConfig(oasdiff.WithExcludeElements([]string{
		oasdiff.ExcludeExamplesOption, oasdiff.ExcludeDescriptionOption, oasdiff.ExcludeTitleOption,
		oasdiff.ExcludeSummaryOption, oasdiff.ExcludeTagsOption, oasdiff.ExcludeExtensionsOption,
	}))
	found, sources, err := oasdiff.GetWithOperationsSourcesMap(config, &load.SpecInfo{Spec: a}, &load.SpecInfo{Spec: b})
	if err != nil || found == nil {
		return err
	}
	// By default oasdiff leaves out operations that are labelled as drafts.
	checks := checker.NewConfig(checker.GetAllChecks(), checker.WithStabilityLevel(checker.StabilityDraft))
	explained := map[oasdiff.Endpoint]bool{}
	for _, change := range checker.CheckBackwardCompatibilityUntilLevel(checks, found, sources, checker.INFO) {
		explained[oasdiff.Endpoint{Method: change.GetOperation(), Path: change.GetPath()}] = true
		if told(change.GetId()) {
			c.Changes = append(c.Changes, judge(change))
		}
	}
	c.rest(found, explained)
	return nil
}

// migration says what changes between any two versions.
func migration(from, to Version) string {
	switch {
	case from.Header == "" || to.Header == "":
		return "the documents do not say which value of " + signing.HeaderAPIVersion + " each version takes"
	case from.Header == to.Header:
		return fmt.Sprintf("%s stays %q", signing.HeaderAPIVersion, to.Header)
	}
	return fmt.Sprintf("%s changes from %q to %q: that is the migration itself, and no break",
		signing.HeaderAPIVersion, from.Header, to.Header)
}

// conclude counts the breaks, and answers.
func (c *Changes) conclude() {
	for _, change := range c.Changes {
		if change.Break {
			c.Breaks++
		}
	}
	move := "from " + c.From.name() + " to " + c.To.name()
	switch {
	case c.Breaks > 0:
		c.ExitCode = conformance.ExitFailed
		c.Headline = fmt.Sprintf("%s for a caller who moves %s", count(c.Breaks, "break"), move)
	case len(c.Unjudged) > 0:
		c.ExitCode = conformance.ExitNotJudged
		c.Headline = fmt.Sprintf("no break found for a caller who moves %s, but %s could not be judged", move, count(len(c.Unjudged), "difference"))
	case len(c.Changes) > 0:
		c.ExitCode = conformance.ExitOK
		c.Headline = fmt.Sprintf("no break for a caller who moves %s, but %s", move, count(len(c.Changes), "other change"))
	default:
		c.ExitCode = conformance.ExitOK
		c.Headline = fmt.Sprintf("no break for a caller who moves %s: the documents describe the same operations", move)
	}
}

func (v Version) name() string { return cmp.Or(v.ID, v.Document) }

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// where names what a change concerns: "DELETE /v1/volumes/{volume_id}", or "all operations".
func (c Change) where() string {
	return cmp.Or(strings.TrimSpace(c.Method+" "+c.Path), "all operations")
}
