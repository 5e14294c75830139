package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
)

// block is one finding, with the cases and versions it was found in.
type block struct {
	finding                   conformance.Finding
	cases, versions, variants []string
	requests                  int
	again                     string // the command that asks all of its cases again, in all of its versions
}

// askAgain makes the command that asks the case of a result again one that asks all cases and versions of the block.
func (b *block) askAgain(result conformance.Result) {
	replace := func(command, flag, one string, all []string) string {
		return strings.Replace(command, " --"+flag+" "+one, " --"+flag+" "+strings.Join(all, ","), 1)
	}
	command := replace(result.Again, "case", result.Case.ID, b.cases)
	b.again = replace(command, "api-version", result.Version.ID.String(), b.versions)
}

// blocksOf are the findings of a report with one verdict. One that breaks a clause has a block for each
// case. Another has one for all cases that ended with its sentence: an endpoint that does not answer is
// one fact. What a baseline accepts in some versions has a block of its own.
func blocksOf(r *conformance.Report, verdict conformance.Verdict) []*block {
	var blocks []*block
	byFact := map[string]*block{}
	first := map[*block]conformance.Result{} // of those that can be asked again
	for _, result := range r.Results {
		seen := map[string]int{}
		for _, f := range result.Findings {
			if f.Verdict != verdict {
				continue
			}
			fact := fmt.Sprintf("%s %s", f.Code, f.Text)
			if f.Clause != "" {
				broken := fmt.Sprintf("%s %s %s", result.Case.ID, f.Code, f.Clause)
				fact = fmt.Sprintf("%s %d", broken, seen[broken]) // a case may see a clause broken in two ways
				seen[broken]++
			}
			if f.Known != nil {
				fact += " known " + knownText(*f.Known)
			}
			b := byFact[fact]
			if b == nil {
				b = &block{finding: f}
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
		}
	}
	for b, result := range first {
		b.askAgain(result)
	}
	return blocks
}

// unjudgedGroup is the clauses that were left unjudged for one reason.
type unjudgedGroup struct {
	why     string
	clauses []string
}

func unjudgedOf(r *conformance.Report) []*unjudgedGroup {
	var groups []*unjudgedGroup
	for _, u := range r.Unjudged {
		i := slices.IndexFunc(groups, func(g *unjudgedGroup) bool { return g.why == u.Why })
		if i < 0 {
			groups, i = append(groups, &unjudgedGroup{why: u.Why}), len(groups)
		}
		groups[i].clauses = append(groups[i].clauses, u.Clause)
	}
	return groups
}

// few names some of many.
func few(names []string) string {
	const most = 6
	if len(names) > most+1 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
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
