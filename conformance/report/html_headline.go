package report

import (
	"cmp"
	"fmt"
	"html/template"

	"github.com/scp-openapi/virtualserver/conformance"
)

// htmlAbout is a text that says more of a verdict, with the number that is in it.
type htmlAbout struct {
	Key string
	N   int
}

// about says how much there is behind the verdict of a report.
func about(r *conformance.Report) []htmlAbout {
	broken, different := map[string]bool{}, map[string]bool{}
	for _, result := range r.Results {
		for _, f := range result.Findings {
			clause := cmp.Or(f.Clause, string(f.Code))
			switch {
			case f.Known != nil:
			case f.Verdict == conformance.Fail:
				broken[clause] = true
			case f.Verdict == conformance.Differs:
				different[clause] = true
			}
		}
	}
	var list []htmlAbout
	add := func(key string, n int) {
		switch {
		case n == 1:
			list = append(list, htmlAbout{key + ".one", n})
		case n > 1:
			list = append(list, htmlAbout{key, n})
		}
	}
	switch r.Verdict {
	case conformance.Fail:
		add("about.broken", len(broken))
		if r.Options.Strict {
			add("about.different", len(different))
		}
		if r.Baseline != nil {
			add("about.entries", len(r.Baseline.Problems))
		}
	case conformance.Differs:
		list = append(list, htmlAbout{Key: "about.differs"})
		add("about.different", len(different))
	case conformance.Pass, conformance.Inconclusive:
		list = append(list, htmlAbout{Key: "about." + string(r.Verdict)})
	}
	return list
}

// Old says how old the table of versions was, or is nil where that matters to nobody: the endpoint's own list is
// as old as the run.
func (r *htmlReport) Old() *htmlAbout {
	if !r.Table.Stale || len(r.Listed) > 0 {
		return nil
	}
	if days, known := tableAge(r.Report); known {
		return &htmlAbout{"table.old", days}
	}
	return &htmlAbout{Key: "table.unread"}
}

// Said is what a person should know before the results.
func (r *htmlReport) Said() []string { return noticesOf(r.Report) }

// KoreanHeadline is the headline in Korean, or nothing where only the English one is known.
func (r *htmlReport) KoreanHeadline() template.HTML {
	left := tallyOf(r.Results)
	judged := left.known + left.of[conformance.Pass] + left.of[conformance.Fail] + left.of[conformance.Differs]
	var says string
	switch r.Verdict {
	case conformance.Pass:
		says = "문서대로 동작합니다"
		if left.known > 0 {
			says = "이미 알려진 점에서만 문서와 다릅니다"
		}
	case conformance.Fail:
		says = "문서와 다르게 동작합니다"
		if left.of[conformance.Fail] == 0 && (!r.Options.Strict || left.of[conformance.Differs] == 0) {
			says = "기준선과 다르게 동작합니다"
		}
	case conformance.Differs:
		says = "문서대로 동작하며, 문서에 정해지지 않은 차이가 있습니다"
	case conformance.Inconclusive:
		says = "판정하지 못했습니다"
		if judged > 0 {
			says = "일부를 판정하지 못했습니다"
		}
	default:
		return ""
	}
	said := fmt.Sprintf(" 엔드포인트는 %s 기준으로 %s", r.Day, says)
	if b := r.Baseline; b != nil {
		if b.Known > 0 {
			said += fmt.Sprintf("; 알려진 결과 %d건", b.Known)
		}
		if n := len(b.Problems); n > 0 {
			said += fmt.Sprintf("; 기준선 문제 %d건", n)
		}
	}
	if n := len(r.Unjudged); n > 0 {
		said += fmt.Sprintf("; 판정하지 못한 조항 %d개", n)
	}
	if r.Drift != nil {
		said += fmt.Sprintf("; CURRENT 버전 %s의 문서가 아직 없음", r.Drift.ID)
	}
	return htmlCode(r.Endpoint) + template.HTML(template.HTMLEscapeString(said))
}
