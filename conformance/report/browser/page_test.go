package browser

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// failed is the cell of a case that fails with a request and an answer.
const failed = `tr.case[data-case="case-1-3"] td[data-version="1.9"] a`

// TestPage uses the page on a desk and on a phone, by day and by night, in both languages.
func TestPage(t *testing.T) {
	browser := newBrowser(t)
	for _, width := range []int64{1280, 390} {
		for _, scheme := range []string{"light", "dark"} {
			for _, language := range []string{"en-US", "ko-KR"} {
				name := fmt.Sprintf("%d-%s-%s", width, scheme, language[:2])
				t.Run(name, func(t *testing.T) {
					p := browser.open(t, reader{width: width, height: 844, scheme: scheme, language: language}, "", fixed(t))
					assert.Equal(t, language[:2], eval[string](p, `document.documentElement.lang`), "the browser's language")
					assert.Equal(t, scheme == "dark", eval[int](p, `getComputedStyle(document.body).backgroundColor.match(/\d+/)[0] | 0`) < 128)
					p.fits()
					p.shoot(name)
					p.axe()
					p.grid()
					p.timeline()
					p.details()
					p.shoot(name + "-details")
					p.axe()
					p.filter()
					p.shoot(name + "-filter")
					p.axe()
				})
			}
		}
	}
}

// fits: nothing is wider than the window.
func (p *tab) fits() {
	assert.LessOrEqual(p, eval[int](p, `document.documentElement.scrollWidth`), eval[int](p, `innerWidth`), "the page scrolls sideways")
}

// grid has a cell for each result, each a word that leads to details, under a head that stays.
func (p *tab) grid() {
	assert.Equal(p, 28, eval[int](p, `document.querySelectorAll('td[data-verdict] a').length`))
	assert.Zero(p, eval[int](p, `[...document.querySelectorAll('td[data-verdict] a')].filter(a => !a.textContent.trim() || !document.querySelector(a.hash)).length`))
	assert.Equal(p, []string{"1.2", "1.9", "1.10"}, eval[[]string](p, `[...document.querySelectorAll('.cases thead th[scope=col]')].slice(1).map(th => th.innerText)`))
	assert.Positive(p, eval[int](p, `document.querySelectorAll('.cases th[scope=rowgroup]').length`))
	head := `document.querySelector('.cases thead th').getBoundingClientRect().top`
	p.js(`document.querySelectorAll('tr.case')[8].scrollIntoView({block: 'center'})`)
	over := bar(p)
	assert.InDelta(p, over, max(eval[float64](p, head), over), 1, "the head stays in sight")
}

// bar is the height of the filter where it stays in sight.
func bar(p *tab) float64 {
	return eval[float64](p, `getComputedStyle(document.getElementById('filter')).position === 'sticky' ? document.getElementById('filter').offsetHeight : 0`)
}

// timeline has the day judged, and both dates where the documents and the endpoint differ.
func (p *tab) timeline() {
	assert.Positive(p, eval[int](p, `document.querySelectorAll('.timeline rect').length`))
	drawn := eval[string](p, `document.querySelector('.timeline svg').textContent`)
	for _, date := range []string{"2031-04-01", "2031-08-31", "2031-12-31"} {
		assert.Contains(p, drawn, date)
	}
	assert.Zero(p, eval[int](p, `[...document.querySelectorAll('.timeline text')].filter(text => {
		const box = text.getBoundingClientRect(), svg = text.closest('svg').getBoundingClientRect();
		return box.left < svg.left - 1 || box.right > svg.right + 1;
	}).length`), "texts that leave the drawing")
}

// details opens those of a failure from the grid, and copies the command.
func (p *tab) details() {
	assert.Zero(p, eval[int](p, `document.querySelectorAll('details.case:not([open]) .body').length`), "made before they are opened")
	p.click(failed)
	p.eventually(`document.activeElement.closest('details')?.id === 'case-1-3'`)
	assert.Contains(p, eval[string](p, `location.hash`), "at=case-1-3")
	assert.GreaterOrEqual(p, eval[float64](p, `document.activeElement.getBoundingClientRect().top`), bar(p), "below the filter")
	shown := eval[string](p, `document.getElementById('case-1-3').textContent`)
	for _, part := range []string{"DETACH-409", "document", "DELETE https://virtualserver.example/", "202 Accepted", "scp-conformance run"} {
		assert.Contains(p, shown, part)
	}
	p.fits()
	p.click(`#case-1-3 .again button`)
	p.eventually(`document.querySelector('#case-1-3 .again button').dataset.t === 'copied'`)
	assert.Equal(p, eval[string](p, `document.querySelector('#case-1-3 .again pre').textContent`), eval[string](p, `navigator.clipboard.readText()`))
}

// filter narrows by verdict, version and text, says how much is left, and is kept in the URL.
func (p *tab) filter() {
	left := func() int { return eval[int](p, `document.querySelectorAll('tr.case:not([hidden])').length`) }
	says := func(n int) {
		p.Helper()
		p.eventually(fmt.Sprintf(`document.getElementById('shown').dataset[0] === '%d'`, n))
		assert.Contains(p, eval[string](p, `document.getElementById('shown').textContent`), strconv.Itoa(n))
		assert.Equal(p, left(), eval[int](p, `document.querySelectorAll('details.case:not([hidden])').length`), "grid and details")
	}
	says(28)
	p.click(`.chip input[value=fail]`)
	says(5)
	assert.Equal(p, 4, left())
	p.do(chromedp.SetValue(chromedp.CSS(`select[name=version]`), "1.9"))
	p.js(`document.forms[0].version.dispatchEvent(new Event('input', {bubbles: true}))`)
	says(3)
	assert.Equal(p, "3", eval[string](p, `document.querySelector('[data-count=fail]').textContent`), "counts follow the other filters")
	p.do(chromedp.SendKeys(chromedp.CSS(`input[name=text]`), "LET-IN"))
	p.eventually(`location.hash.includes('text=LET-IN')`)
	assert.Equal(p, 1, left())
	kept := eval[string](p, `location.hash`)
	for _, part := range []string{"verdict=fail", "version=1.9", "text=LET-IN"} {
		assert.Contains(p, kept, part)
	}
	p.do(chromedp.Reload())
	p.eventually(`document.querySelectorAll('tr.case:not([hidden])').length === 1`)
	assert.Equal(p, kept, eval[string](p, `location.hash`))

	p.do(chromedp.SetValue(chromedp.CSS(`input[name=text]`), "no such words"))
	p.js(`document.forms[0].text.dispatchEvent(new Event('input', {bubbles: true}))`)
	says(0)
	assert.True(p, eval[bool](p, `document.querySelector('[data-none]').checkVisibility()`), "says that nothing matches")
	p.click(`button[type=reset]`)
	says(28)
	p.click(`.chip input[value=known]`)
	says(3)
	p.click(`button[type=reset]`)
	says(28)
}

// axe finds nothing serious in the page as it stands.
func (p *tab) axe() {
	p.Helper()
	if *axeFile == "" {
		return
	}
	script, err := os.ReadFile(*axeFile)
	require.NoError(p, err)
	p.js(string(script) + "\n;0")
	found := eval[[]string](p, `axe.run().then(r => r.violations.filter(v => ['serious', 'critical'].includes(v.impact))
		.map(v => v.id + ': ' + v.help + ': ' + v.nodes.slice(0, 3).map(n => n.html).join(' | ')))`)
	assert.Empty(p, found)
}

// TestLanguage: a page speaks the language it was written in, and the other at the press of a button.
func TestLanguage(t *testing.T) {
	browser := newBrowser(t)
	p := browser.open(t, wide, "ko", fixed(t))
	assert.Equal(t, "ko", eval[string](p, `document.documentElement.lang`), "whatever the browser speaks")
	text := `document.querySelector('.hero h2').innerText + document.title`
	assert.Contains(t, eval[string](p, text), "실패")
	p.click("#language")
	assert.Contains(t, eval[string](p, text), "Failed")
	assert.Contains(t, eval[string](p, text), "Conformance report")
	p.click(failed)
	p.eventually(`document.getElementById('case-1-3').textContent.includes('Run it again')`)
	p.click("#language")
	p.eventually(`document.getElementById('case-1-3').textContent.includes('다시 실행')`)
}

// TestKeyboard goes through the page with the keyboard alone.
func TestKeyboard(t *testing.T) {
	p := newBrowser(t).open(t, wide, "en", fixed(t))
	p.do(chromedp.KeyEvent(kb.Tab))
	assert.Equal(t, "#cases", eval[string](p, `document.activeElement.hash`), "first comes the skip link")
	assert.NotEqual(t, "none", eval[string](p, `getComputedStyle(document.activeElement).outlineStyle`))
	p.do(chromedp.KeyEvent(kb.Enter))
	assert.Equal(t, "cases", eval[string](p, `document.activeElement.id`))

	p.do(chromedp.Reload())
	p.eventually(`document.readyState === 'complete'`) // the script hides what it replaces
	stops := eval[int](p, `[...document.querySelectorAll('a[href], button:enabled, input, select, summary, [tabindex="0"]')].filter(e => e.checkVisibility()).length`)
	seen := map[string]bool{}
	// Once around is a stop more: where the reload left off decides when the body has the focus in between.
	for range stops + 1 {
		p.do(chromedp.KeyEvent(kb.Tab))
		stop := eval[string](p, `{
			window.stops ??= new Map();
			const e = document.activeElement;
			if (!stops.has(e)) stops.set(e, stops.size + e.tagName);
			stops.get(e) + ' ' + getComputedStyle(e.matches('.chip input') ? e.parentElement : e).outlineStyle;
		}`)
		if !strings.Contains(stop, "BODY") {
			seen[stop] = true
		}
	}
	assert.Len(t, seen, stops, "each stop is reached once: there is no trap")
	for stop := range seen {
		assert.NotContains(t, stop, "none", "the focus is not seen")
	}
}

// TestNoScript: without JavaScript all can be read, details included.
func TestNoScript(t *testing.T) {
	as := wide
	as.noScript = true
	p := newBrowser(t).open(t, as, "en", fixed(t))
	root := call(p, dom.GetDocument, dom.GetDocumentParams{}).Root.NodeID
	nodes := call(p, dom.QuerySelectorAll, dom.QuerySelectorAllParams{NodeID: root, Selector: "noscript .finding .again pre"}).NodeIDs
	assert.NotEmpty(t, nodes, "details are elements, and no text")
	html := call(p, dom.GetOuterHTML, dom.GetOuterHTMLParams{NodeID: root}).OuterHTML
	assert.Contains(t, html, "everything can be read")
}

// TestBig: a report of 10 000 results is opened and filtered in no time.
func TestBig(t *testing.T) {
	r := fixed(t)
	few := r.Results
	r.Results = nil
	for i := range 10000 {
		result := few[i%len(few)]
		result.Case.ID = fmt.Sprintf("%s-%d", result.Case.ID, i/len(few))
		r.Results = append(r.Results, result)
	}
	p := newBrowser(t).open(t, wide, "en", r)
	p.eventually(`document.getElementById('shown').textContent.includes('10000')`)
	t.Logf("loaded in %.0f ms", eval[float64](p, `performance.getEntriesByType('navigation')[0].loadEventEnd`))
	for name, change := range map[string]string{
		"verdict": `form.querySelector('[value=fail]').click()`,
		"version": `form.version.value = '1.9'`,
		"text":    `form.text.value = 'guard blocked'`,
	} {
		// Until the next frame is drawn.
		took := eval[float64](p, `new Promise(done => {
			const form = document.getElementById('filter'), began = performance.now();
			`+change+`;
			form.dispatchEvent(new Event('input', {bubbles: true}));
			setTimeout(() => requestAnimationFrame(() => setTimeout(() => done(performance.now() - began))));
		})`)
		t.Logf("filter by %s: %.0f ms", name, took)
		assert.Less(t, took, 3000.0, name)
	}
}

// TestHostile: what an endpoint says is shown, and never run.
func TestHostile(t *testing.T) {
	const words = `</script></noscript></details><script>owned = 1</script><img src=x onerror="owned = 2">` + "\x00\u202egnorw\xff"
	r := fixed(t)
	r.Headline, r.Endpoint = words, words
	for i := range r.Results {
		result := &r.Results[i]
		result.Case.ID, result.Case.Family, result.Case.Summary = result.Case.ID+words, words, words
		result.Again, result.Notes = words, []string{words}
		for j := range result.Findings {
			f := &result.Findings[j]
			f.Text, f.Statement, f.Code = words, words, conformance.Code(words)
			if f.Known != nil {
				f.Known = &conformance.Known{Reason: words, Owner: words, Issue: "javascript:owned=3" + words}
			}
			if f.Exchange != nil {
				f.Exchange.URL, f.Exchange.Body = words, conformance.Body(strings.Repeat(words, 2))
			}
		}
	}
	p := newBrowser(t).open(t, wide, "en", r)
	p.js(`for (const details of document.querySelectorAll('details.case')) details.open = true`)
	p.eventually(`document.querySelectorAll('.body').length === document.querySelectorAll('details.case').length`)
	assert.Equal(t, "undefined", eval[string](p, `typeof owned`))
	assert.Equal(t, 2, eval[int](p, `document.scripts.length`))
	assert.Zero(t, eval[int](p, `document.images.length + document.querySelectorAll('[onerror], [href^="javascript"]').length`))
	assert.Contains(t, eval[string](p, `document.querySelector('.headline').textContent`), `<img src=x`)
	p.fits()
	p.shoot("hostile")
}

// TestManyVersions: so many that they are scrolled sideways, beside the names of the cases.
func TestManyVersions(t *testing.T) {
	r := fixed(t)
	few := r.Results
	for minor := 20; minor < 30; minor++ {
		for _, result := range few[:10] {
			result.Version.ID = lifecycle.V(1, minor)
			r.Results = append(r.Results, result)
		}
	}
	browser := newBrowser(t)
	for _, width := range []int64{1280, 390} {
		t.Run(strconv.FormatInt(width, 10), func(t *testing.T) {
			p := browser.open(t, reader{width: width, height: 844, scheme: "light", language: "en"}, "", r)
			p.fits()
			p.axe()
			p.js(`document.querySelector('.grid').scrollIntoView(); document.querySelector('.grid').scrollTo(10000, 100)`)
			at := func(selector string) float64 {
				return eval[float64](p, `document.querySelector('`+selector+`').getBoundingClientRect().left - document.querySelector('.grid').getBoundingClientRect().left`)
			}
			assert.InDelta(t, 1, at(".cases thead th"), 1, "the head of the names stays")
			assert.Positive(t, at(".family .name"), "the family stays")
			assert.InDelta(t, 1, at(".case th"), 1, "the name stays")
			assert.Negative(t, at(".case td"), "the first versions are scrolled away")
			assert.InDelta(t, at(".cases thead th:last-child"), at(".case td:last-child"), 1, "a version is above its results")
			p.shoot(fmt.Sprintf("versions-%d", width))
		})
	}
}

// TestSeveral has a section for each endpoint, which one filter goes through.
func TestSeveral(t *testing.T) {
	empty := fixed(t)
	empty.Results, empty.Counts, empty.Changes, empty.Baseline, empty.Verdict = nil, conformance.Counts{}, nil, nil, conformance.Inconclusive
	empty.Trouble = &conformance.Trouble{Kind: conformance.TroubleUnreachable, Text: "Nothing answers at https://virtualserver.example."}
	p := newBrowser(t).open(t, wide, "en", fixed(t), empty, fixed(t))
	assert.Equal(t, 3, eval[int](p, `document.querySelectorAll('section.report').length`))
	assert.Equal(t, 3, eval[int](p, `document.querySelectorAll('.overview a').length`))
	assert.Zero(t, eval[int](p, `document.querySelectorAll('[id]').length - new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size`), "IDs are unique")
	p.click(`.chip input[value=fail]`)
	p.eventually(`document.getElementById('shown').textContent === '10 of 56 results'`)
	p.fits()
	p.axe()
	p.shoot("several")
}
