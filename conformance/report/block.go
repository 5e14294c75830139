package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report/safe"
)

// block is one finding, with the cases and versions it was found in.
type block struct {
	finding                   conformance.Finding
	cases, versions, variants []string
	requests                  int
	all                       bool            // the cases are all of the report
	texts                     map[string]bool // the sentences that it was found with
	again                     string          // the command that asks its cases again, the first of them where there are many
}

// mostAgain is how many cases a command names that asks them again.
const mostAgain = 8

// askAgain makes the command that asks the case of a result again one that asks the cases and versions of the block.
func (b *block) askAgain(result conformance.Result) {
	replace := func(command, flag, one string, all []string) string {
		return strings.Replace(command, " --"+flag+" "+one, " --"+flag+" "+strings.Join(all, ","), 1)
	}
	command := replace(result.Again, "case", result.Case.ID, b.cases[:min(len(b.cases), mostAgain)])
	b.again = replace(command, "api-version", result.Version.ID.String(), b.versions)
}

// againLabel is what stands before the command that asks again.
func (b *block) againLabel() string {
	if len(b.cases) > mostAgain {
		return fmt.Sprintf("Again (the first %d of %d cases)", mostAgain, len(b.cases))
	}
	return "Again"
}

// named names the cases: few of them where there are many.
func (b *block) named() string {
	if b.all {
		return "all cases"
	}
	return few(b.cases)
}

// text is the finding in a sentence, and how many others say the same of other cases.
func (b *block) text() string { return b.finding.Text + likeIt(len(b.texts)-1) }

// likeIt says how many sentences are left out that are like the one before.
func likeIt(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("; and %d more like it", n)
}

// blocksOf are the findings of a report with one verdict. What a baseline accepts in some versions has a block
// of its own.
func blocksOf(r *conformance.Report, verdict conformance.Verdict) []*block {
	var blocks []*block
	byFact := map[string]*block{}
	first := map[*block]conformance.Result{} // of those that can be asked again
	ids := map[string]bool{}
	for _, result := range r.Results {
		ids[result.Case.ID] = true
		seen := map[string]int{}
		for _, f := range result.Findings {
			if f.Verdict != verdict {
				continue
			}
			fact := factOf(result, f, seen)
			b := byFact[fact]
			if b == nil {
				b = &block{finding: f, texts: map[string]bool{}}
				if verdict != conformance.Skip && !result.Unasked {
					first[b] = result
				}
				byFact[fact] = b
				blocks = append(blocks, b)
			}
			b.cases = appendNew(b.cases, result.Case.ID)
			b.versions = appendNew(b.versions, result.Version.ID.String())
			b.variants = appendNew(b.variants, f.Variants...)
			b.requests += f.Requests
			if f.Clause == "" {
				b.texts[f.Text] = true
			} else {
				b.texts[b.finding.Text] = true // the others are of other versions
			}
		}
	}
	for _, b := range blocks {
		b.all = len(b.cases) == len(ids) && len(b.cases) > fewest
	}
	for b, result := range first {
		b.askAgain(result)
	}
	return blocks
}

// factOf is the same for findings that are one fact. One that breaks a clause is a fact of its case. What could
// not be judged is one fact for all cases with the same reason code: an endpoint that answers 500 to everything
// says so of every ID. Another is one for all cases that ended with its sentence. What was seen before, by
// clause, is counted in seen.
func factOf(result conformance.Result, f conformance.Finding, seen map[string]int) string {
	fact := fmt.Sprintf("%s %s", f.Code, f.Text)
	switch {
	case f.Clause != "":
		broken := fmt.Sprintf("%s %s %s", result.Case.ID, f.Code, f.Clause)
		fact = fmt.Sprintf("%s %d", broken, seen[broken]) // a case may see a clause broken in two ways
		seen[broken]++
	case f.Verdict == conformance.Inconclusive:
		fact = fmt.Sprintf("%s %t", f.Code, result.Unasked)
	}
	if f.Known != nil {
		fact += " known " + knownText(*f.Known)
	}
	return fact
}

// unjudgedGroup is the clauses that were left unjudged for one reason.
type unjudgedGroup struct {
	why     string
	clauses []string
}

// unjudgedOf groups clauses by the sentence that says why, or by its reason code where a case could not be judged.
func unjudgedOf(r *conformance.Report) []*unjudgedGroup {
	if len(r.Unjudged) == 0 {
		return nil
	}
	codes := map[string]string{} // by sentence
	for _, result := range r.Results {
		for _, f := range result.Findings {
			if f.Verdict == conformance.Inconclusive {
				codes[f.Text] = fmt.Sprintf("%s %t", f.Code, result.Unasked)
			}
		}
	}
	var groups []*unjudgedGroup
	byWhy := map[string]*unjudgedGroup{}
	whys := map[*unjudgedGroup][]string{}
	for _, u := range r.Unjudged {
		why := cmp.Or(codes[u.Why], u.Why)
		if byWhy[why] == nil {
			byWhy[why] = &unjudgedGroup{why: u.Why}
			groups = append(groups, byWhy[why])
		}
		g := byWhy[why]
		g.clauses = append(g.clauses, u.Clause)
		whys[g] = appendNew(whys[g], u.Why)
	}
	for g, sentences := range whys {
		g.why += likeIt(len(sentences) - 1)
	}
	return groups
}

// fewest is how many names are few enough to be all named.
const fewest = 7

// few names some of many.
func few(names []string) string {
	if n := len(names); n > fewest {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:fewest-1], ", "), n-fewest+1)
	}
	return strings.Join(names, ", ")
}

func appendNew(list []string, names ...string) []string {
	for _, name := range names {
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// codes are the cases of a block, as code: few of them where there are many.
func (b *block) codes() string {
	if b.all {
		return b.named()
	}
	names, more := b.cases, ""
	if n := len(names); n > fewest {
		names, more = names[:fewest-1], fmt.Sprintf(" and %d more", n-fewest+1)
	}
	var list []string
	for _, name := range names {
		list = append(list, safe.Code(name))
	}
	return strings.Join(list, ", ") + more
}
