package report

import (
	"fmt"
	"html/template"
	"strings"
)

// The languages of the HTML report. What an endpoint or the suite itself says stays English in both.
const (
	english = "en"
	korean  = "ko"
)

// texts are all words of the HTML report, by key and language. {0} and {1} stand for what is put in.
var texts = map[string]map[string]string{
	"title":    {english: "Conformance report", korean: "적합성 보고서"},
	"skiplink": {english: "Skip to the cases", korean: "케이스로 건너뛰기"},
	"switch":   {english: "한국어", korean: "English"}, // the name of the other language, in itself
	"nojs":     {english: "Without JavaScript everything can be read; filter and copy buttons are off.", korean: "JavaScript 없이도 모든 내용을 읽을 수 있으며, 필터와 복사 버튼만 쓸 수 없습니다."},

	// A soft hyphen breaks the long word in a narrow cell.
	"verdict.pass":         {english: "pass", korean: "통과"},
	"verdict.fail":         {english: "fail", korean: "실패"},
	"verdict.differs":      {english: "differs", korean: "다름"},
	"verdict.inconclusive": {english: "incon\u00adclusive", korean: "판정 불가"},
	"verdict.skip":         {english: "skip", korean: "건너뜀"},
	"verdict.error":        {english: "error", korean: "오류"},

	"run.pass":         {english: "Passed", korean: "통과"},
	"run.fail":         {english: "Failed", korean: "실패"},
	"run.differs":      {english: "Passed, with differences", korean: "통과, 차이 있음"},
	"run.inconclusive": {english: "Not judged", korean: "판정 불가"},

	"about.pass":          {english: "Whatever was judged is as documented, or known and accepted.", korean: "판정한 모든 항목이 문서와 일치하거나, 이미 알고 허용한 것입니다."},
	"about.broken.one":    {english: "{0} documented behaviour does not hold.", korean: "문서에 있는 동작 {0}가지가 지켜지지 않습니다."},
	"about.broken":        {english: "{0} documented behaviours do not hold.", korean: "문서에 있는 동작 {0}가지가 지켜지지 않습니다."},
	"about.entries.one":   {english: "{0} entry of the baseline does not hold.", korean: "기준선(baseline) 항목 {0}개가 실제와 맞지 않습니다."},
	"about.entries":       {english: "{0} entries of the baseline do not hold.", korean: "기준선(baseline) 항목 {0}개가 실제와 맞지 않습니다."},
	"about.differs":       {english: "Nothing documented is broken.", korean: "문서와 어긋난 것은 없습니다."},
	"about.different.one": {english: "{0} behaviour that was only observed or assumed is different.", korean: "관찰되었거나 가정한 동작 {0}가지가 다릅니다."},
	"about.different":     {english: "{0} behaviours that were only observed or assumed are different.", korean: "관찰되었거나 가정한 동작 {0}가지가 다릅니다."},
	"about.inconclusive":  {english: "Nothing failed, but not everything could be judged.", korean: "실패한 것은 없지만, 판정하지 못한 것이 있습니다."},

	"endpoint":      {english: "Endpoint", korean: "엔드포인트"},
	"endpoints":     {english: "Endpoints", korean: "엔드포인트 목록"},
	"day":           {english: "Day judged", korean: "판정 기준일"},
	"started":       {english: "Started", korean: "시작"},
	"duration":      {english: "Duration", korean: "소요 시간"},
	"requests":      {english: "Requests", korean: "요청 수"},
	"seed":          {english: "Seed", korean: "시드"},
	"harm":          {english: "Harm allowed", korean: "허용 위험 수준"},
	"suite":         {english: "Suite", korean: "시험 도구"},
	"modified":      {english: "modified", korean: "수정됨"},
	"known":         {english: "known", korean: "알려짐"},
	"in.korea":      {english: "{0} in Korea", korean: "{0} (한국 날짜)"},
	"table":         {english: "Table of versions", korean: "버전 표"},
	"table.listed":  {english: "The versions are those that the endpoint lists, held against", korean: "엔드포인트가 알린 버전 목록을 다음과 비교했습니다"},
	"table.old":     {english: "The version table is {0} days old.", korean: "버전 표가 {0}일 전의 것입니다."},
	"table.unread":  {english: "Nobody knows how old the version table is.", korean: "버전 표가 언제 것인지 알 수 없습니다."},
	"drift":         {english: "The endpoint calls {0} CURRENT, and there is no document of it: its newest version was not judged.", korean: "엔드포인트는 {0} 버전을 CURRENT로 알리지만 문서가 없어, 최신 버전은 판정하지 못했습니다."},
	"unjudged":      {english: "Clauses not judged: {0}", korean: "판정하지 못한 조항: {0}개"},
	"stricter":      {english: "Strict: what differs counts as a failure.", korean: "엄격 모드: 차이도 실패로 셉니다."},
	"attention":     {english: "Worth knowing", korean: "알아 둘 점"},
	"baseline":      {english: "Baseline", korean: "기준선"},
	"baseline.of":   {english: "Entries: {0}, results known: {1}", korean: "항목 {0}개, 알려진 결과 {1}건"},
	"baseline.ok":   {english: "Every entry that was judged holds.", korean: "판정한 항목이 모두 유효합니다."},
	"kind.stale":    {english: "stale", korean: "더 이상 해당 없음"},
	"kind.expired":  {english: "expired", korean: "만료"},
	"kind.changed":  {english: "changed", korean: "변경됨"},
	"all.versions":  {english: "all versions", korean: "모든 버전"},
	"changes":       {english: "What changed", korean: "달라진 점"},
	"changes.since": {english: "Since {0}", korean: "{0} 이후"},
	"changes.none":  {english: "Nothing changed.", korean: "달라진 것이 없습니다."},
	"unasked":       {english: "not asked", korean: "실행 안 함"},

	"change.new-failure":   {english: "New findings", korean: "새 발견 사항"},
	"change.other-failure": {english: "Other findings than before", korean: "이전과 다른 발견 사항"},
	"change.still-failing": {english: "The same findings as before", korean: "이전과 같은 발견 사항"},
	"change.flaky":         {english: "Flaky", korean: "불안정"},
	"change.newly-skipped": {english: "Newly skipped", korean: "새로 건너뜀"},
	"change.fixed":         {english: "Fixed", korean: "해결됨"},
	"change.new-case":      {english: "New cases", korean: "새 케이스"},
	"change.gone-case":     {english: "Cases no longer asked", korean: "없어진 케이스"},

	"versions":     {english: "Versions", korean: "버전"},
	"version":      {english: "Version", korean: "버전"},
	"timeline":     {english: "Life of each version. The table below says the same.", korean: "버전별 수명. 같은 내용이 아래 표에 있습니다."},
	"judged":       {english: "day judged", korean: "판정 기준일"},
	"documented":   {english: "documented", korean: "문서 기준"},
	"listed":       {english: "endpoint", korean: "엔드포인트 기준"},
	"label":        {english: "Label", korean: "표기"},
	"that.day":     {english: "That day", korean: "기준일 상태"},
	"until":        {english: "Until", korean: "지원 기한"},
	"says":         {english: "Endpoint says", korean: "엔드포인트 응답"},
	"same":         {english: "the same", korean: "동일"},
	"unlisted":     {english: "not listed", korean: "목록에 없음"},
	"undocumented": {english: "no document", korean: "문서 없음"},
	"no.end":       {english: "no end known", korean: "기한 미정"},

	"state.PLANNED":    {english: "PLANNED", korean: "PLANNED 예정"},
	"state.CURRENT":    {english: "CURRENT", korean: "CURRENT 현행"},
	"state.SUPPORTED":  {english: "SUPPORTED", korean: "SUPPORTED 지원"},
	"state.DEPRECATED": {english: "DEPRECATED", korean: "DEPRECATED 지원 종료 예정"},
	"state.ENDED":      {english: "ENDED", korean: "ENDED 종료"},

	"filter":         {english: "Filter", korean: "필터"},
	"filter.verdict": {english: "Verdict", korean: "판정"},
	"filter.version": {english: "Version", korean: "버전"},
	"filter.any":     {english: "all", korean: "전체"},
	"filter.text":    {english: "Text", korean: "검색어"},
	"filter.hint":    {english: "case, clause, code, header …", korean: "케이스, 조항, 코드, 헤더 …"},
	"filter.clear":   {english: "Clear", korean: "초기화"},
	"filter.shown":   {english: "{0} of {1} results", korean: "전체 결과 {1}건 중 {0}건"},
	"filter.none":    {english: "No result matches the filter.", korean: "필터에 맞는 결과가 없습니다."},

	"grid":               {english: "Cases by version", korean: "버전별 케이스"},
	"case":               {english: "Case", korean: "케이스"},
	"grid.empty":         {english: "No case was asked.", korean: "실행한 케이스가 없습니다."},
	"details":            {english: "Details", korean: "상세"},
	"needs":              {english: "What to look at", korean: "확인이 필요한 결과"},
	"group.known":        {english: "Known, and accepted", korean: "이미 알고 허용한 결과"},
	"group.fail":         {english: "Not as documented", korean: "문서와 불일치"},
	"group.error":        {english: "Faults of the suite itself", korean: "시험 도구 자체의 오류"},
	"group.inconclusive": {english: "Could not be judged", korean: "판정하지 못함"},
	"group.differs":      {english: "Differs where nobody promised anything", korean: "문서에 정해지지 않은 차이"},
	"group.skip":         {english: "Skipped", korean: "건너뜀"},
	"group.pass":         {english: "As documented", korean: "문서와 일치"},
	"harm.case":          {english: "Harm", korean: "위험 수준"},
	"variants.of":        {english: "{0} of {1} variants asked", korean: "변형 {1}개 중 {0}개 실행"},
	"variants":           {english: "Variants", korean: "변형"},
	"clauses":            {english: "Clauses", korean: "조항"},
	"clause":             {english: "Clause", korean: "조항"},
	"code":               {english: "Code", korean: "코드"},
	"seen.by":            {english: "Seen by", korean: "발견한 케이스"},
	"shown.by":           {english: "Requests that show it", korean: "확인된 요청 수"},
	"accepted":           {english: "Accepted", korean: "허용"},
	"expires":            {english: "until {0}", korean: "{0}까지"},
	"owner":              {english: "Owner", korean: "담당"},
	"issue":              {english: "Issue", korean: "이슈"},
	"about":              {english: "Asked", korean: "요청 내용"},
	"expected":           {english: "Expected", korean: "예상"},
	"request":            {english: "Request", korean: "요청"},
	"response":           {english: "Response", korean: "응답"},
	"informal":           {english: "1xx headers", korean: "1xx 헤더"},
	"trailer":            {english: "Trailer", korean: "트레일러"},
	"no.answer":          {english: "No answer", korean: "응답 없음"},
	"broke":              {english: "Broke off", korean: "중단됨"},
	"binary":             {english: "The body is not text. In base64:", korean: "본문이 텍스트가 아닙니다. base64:"},
	"cut":                {english: "The body has {0} bytes; the first {1} are shown.", korean: "본문 {0}바이트 중 처음 {1}바이트만 표시합니다."},
	"repeated":           {english: "Sent again, as the answer may have been a gateway's.", korean: "게이트웨이의 응답일 수 있어 다시 보냈습니다."},
	"stayed":             {english: "The same answer came each time.", korean: "매번 같은 응답이 왔습니다."},
	"again":              {english: "Run it again", korean: "다시 실행"},
	"copy":               {english: "Copy", korean: "복사"},
	"copied":             {english: "Copied", korean: "복사됨"},
	"copy.failed":        {english: "Could not copy: select the command", korean: "복사하지 못했습니다. 명령을 직접 선택하세요"},
	"runs":               {english: "By version", korean: "버전별 결과"},
	"note":               {english: "Note", korean: "참고"},
	"all.fine":           {english: "no findings", korean: "이상 없음"},
	"endnote":            {english: "What the endpoint and the suite say is kept in English.", korean: "엔드포인트와 시험 도구의 문장은 영어 그대로 표시합니다."},
}

// htmlWords are the functions with which the template writes words of one language. An element keeps its key
// and what was put in, so that the page's script can write it in the other language.
func htmlWords(language string) template.FuncMap {
	plain := func(key string) (string, error) {
		text, ok := texts[key][language]
		if !ok {
			return "", fmt.Errorf("no text %q in language %q", key, language)
		}
		return text, nil
	}
	written := map[string]template.HTML{}
	t := func(key string, args ...any) (template.HTML, error) {
		if html, ok := written[key]; ok && len(args) == 0 {
			return html, nil
		}
		text, err := plain(key)
		if err != nil {
			return "", err
		}
		html := `<span data-t="` + key + `"`
		var put []string
		for i, arg := range args {
			value := visible(fmt.Sprint(arg))
			html += fmt.Sprintf(` data-%d="%s"`, i, template.HTMLEscapeString(value))
			put = append(put, fmt.Sprintf("{%d}", i), value)
		}
		html += `>` + template.HTMLEscapeString(strings.NewReplacer(put...).Replace(text)) + `</span>`
		if len(args) == 0 {
			written[key] = template.HTML(html)
		}
		return template.HTML(html), nil
	}
	word := func(prefix string, value any) (template.HTML, error) {
		key := prefix + fmt.Sprint(value)
		if _, ok := texts[key]; !ok {
			return htmlCode(value), nil // from a report of a newer suite
		}
		return t(key)
	}
	return template.FuncMap{
		"language": func() string { return language },
		"plain":    plain,
		"t":        t,
		"word":     word,
		"tspan": func(key string) (template.HTML, error) { // within a drawing
			text, err := plain(key)
			return template.HTML(`<tspan data-t="` + key + `">` + template.HTMLEscapeString(text) + `</tspan>`), err
		},
		"label": func(key string) (template.HTMLAttr, error) {
			text, err := plain(key)
			label := fmt.Sprintf(`aria-label="%s" data-label="%s"`, template.HTMLEscapeString(text), key)
			return template.HTMLAttr(label), err
		},
	}
}
