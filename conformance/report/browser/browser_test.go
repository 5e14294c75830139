// Package browser opens the HTML report in Chromium and uses it as a reader does.
package browser

import (
	"context"
	"encoding/json"
	"flag"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report"
)

var (
	axeFile = flag.String("axe", "", "check accessibility with this axe-core script; see make browser")
	shots   = flag.String("screenshots", "", "write screenshots to this directory")
)

// chromium is where a browser is, or nothing.
func chromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// chrome is a running browser.
type chrome struct{ ctx context.Context }

// newBrowser starts a browser, and ends it with the test.
func newBrowser(t *testing.T) chrome {
	t.Helper()
	path := chromium()
	if path == "" {
		t.Skip("there is no chromium on this machine: install the package chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.DisableGPU, chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("renderer-process-limit", "1"))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	require.NoError(t, chromedp.Do(ctx))
	return chrome{ctx}
}

// reader is how somebody looks at a page.
type reader struct {
	width, height int64
	scheme        string // light or dark
	language      string // of the browser
	noScript      bool
}

var wide = reader{width: 1280, height: 900, scheme: "light", language: "en-US"}

// tab is a page in a tab of its own.
type tab struct {
	*testing.T
	ctx context.Context
	url string

	mutex    sync.Mutex
	trouble  []string // errors of the console
	requests []string // what was asked of the network
}

// open writes reports as a page, and opens it.
func (c chrome) open(t *testing.T, as reader, language string, reports ...*conformance.Report) *tab {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.html")
	out, err := os.Create(file)
	require.NoError(t, err)
	require.NoError(t, report.HTML(language)(out, reports...))
	require.NoError(t, out.Close())

	ctx, cancel := chromedp.NewContext(c.ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	p := &tab{T: t, ctx: ctx, url: (&url.URL{Scheme: "file", Path: file}).String()}
	p.do()
	require.NoError(t, chromedp.Listen(ctx, p.listen))
	call(p, network.Enable, network.EnableParams{})
	call(p, log.Enable, cdp.Empty{})
	call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: as.width, Height: as.height, DeviceScaleFactor: 1, Mobile: as.width < 600,
	})
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: as.scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	call(p, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: "reader", AcceptLanguage: as.language})
	call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: as.noScript})
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		_, err = chromedp.CallBrowser(ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted,
		})
		require.NoError(t, err)
	}
	p.do(chromedp.Navigate(p.url))
	t.Cleanup(p.requireCalm)
	return p
}

// call sends a command of the browser's protocol.
func call[P, R any](p *tab, command cdp.Command[P, R], params P) R {
	p.Helper()
	result, err := chromedp.Call(p.ctx, command, params)
	require.NoError(p, err)
	return result
}

func (p *tab) listen(event any) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if asked, _, _ := strings.Cut(e.Request.URL, "#"); asked != p.url && !strings.HasPrefix(asked, "data:") {
			p.requests = append(p.requests, e.Request.URL)
		}
	case *runtime.EventExceptionThrown:
		p.trouble = append(p.trouble, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		p.trouble = append(p.trouble, string(e.Type))
	case *log.EventEntryAdded:
		p.trouble = append(p.trouble, e.Entry.Text)
	}
}

// requireCalm: the console is empty, and nothing was asked of any host.
func (p *tab) requireCalm() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	require.Empty(p, p.trouble, "the console")
	require.Empty(p, p.requests, "requests")
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	require.NoError(p, chromedp.Do(p.ctx, steps...))
}

func (p *tab) click(selector string) {
	p.Helper()
	quoted, err := json.Marshal(selector)
	require.NoError(p, err)
	p.js(`document.querySelector(` + string(quoted) + `).scrollIntoView({block: 'center'})`) // not below what is sticky
	p.do(chromedp.Click(chromedp.CSS(selector)))
}

// js runs a script in the page.
func (p *tab) js(script string) {
	p.Helper()
	p.do(chromedp.Evaluate[chromedp.Void](script))
}

// eval is the value of an expression in the page.
func eval[T any](p *tab, expression string) T {
	p.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	require.NoError(p, err, expression)
	return value
}

// eventually waits until an expression is true in the page.
func (p *tab) eventually(expression string) {
	p.Helper()
	_, err := chromedp.Run(p.ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(20*time.Second)))
	require.NoError(p, err, expression)
}

// shoot writes a screenshot of the whole page where the test was asked to.
func (p *tab) shoot(name string) {
	if *shots == "" {
		return
	}
	window := eval[[2]int64](p, `[innerWidth, innerHeight]`)
	p.do(chromedp.EmulateViewport(window[0], eval[int64](p, `document.documentElement.scrollHeight`)+500), chromedp.Sleep(time.Second/2))
	picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	require.NoError(p, err)
	p.do(chromedp.EmulateViewport(window[0], window[1]))
	require.NoError(p, os.WriteFile(filepath.Join(*shots, name+".png"), picture, 0o600))
}

// fixed is the report that every writer's golden file is made from.
func fixed(t *testing.T) *conformance.Report {
	t.Helper()
	data, err := os.ReadFile("../testdata/tree.json")
	require.NoError(t, err)
	var r conformance.Report
	require.NoError(t, json.Unmarshal(data, &r))
	return &r
}
