package conformance

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSideBySide asks the variants of a slow endpoint several at a time, and reports them in their order.
func TestSideBySide(t *testing.T) {
	const variants = 20
	for name, c := range map[string]struct {
		harm   Harm
		takes  time.Duration
		atOnce int
	}{
		"slow":                          {HarmRefused, slowly + 5*time.Millisecond, atOnce},
		"slow, and touches the fixture": {HarmDetaches, slowly + 5*time.Millisecond, 1},
		"quick":                         {HarmRefused, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			now, most := 0, 0
			count := func(change int) {
				mu.Lock()
				defer mu.Unlock()
				now += change
				most = max(most, now)
			}
			service := newMock(t)
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				count(1)
				defer count(-1)
				time.Sleep(c.takes) // that answers take their time is the subject
				service.ServeHTTP(w, r)
			})
			one := ask("one", c.harm, detachUnused)
			for i := range variants {
				one.Variants = append(one.Variants, Variant{Name: fmt.Sprintf("variant-%02d", i), Ask: func(ctx context.Context, t *Trial) error {
					if _, err := t.Control(ctx); err != nil {
						return err
					}
					_, err := t.Send(ctx, Request{Pair: t.Unused(), Expect: ExpectRefused, About: fmt.Sprintf("variant-%02d", i)})
					t.Note("note %02d", i)
					if err == nil && i%2 == 0 {
						err = Broken(seenLive, CodeStatus, "no")
					}
					return err
				}})
			}
			config := configFor(t, startServer(t, handler), one)
			config.All = true
			result := runOne(t, config)
			if c.atOnce > 1 {
				assert.Greater(t, most, 1)
			}
			assert.LessOrEqual(t, most, c.atOnce)
			var asked, want, notes []string
			for _, e := range result.Attempts[0].Exchanges {
				if strings.HasPrefix(e.About, "variant-") {
					asked = append(asked, e.About)
				}
			}
			for i := range variants {
				want = append(want, fmt.Sprintf("variant-%02d", i))
				notes = append(notes, fmt.Sprintf("note %02d", i))
			}
			assert.Equal(t, want, asked)
			assert.Equal(t, notes, result.Notes)
			require.Len(t, result.Findings, 1)
			assert.Equal(t, variants/2, result.Findings[0].Requests)
			assert.IsIncreasing(t, result.Findings[0].Variants)
		})
	}
}

// TestSampleIfSlow asks all of a quick endpoint, and a sample of one that turned out to be slow.
func TestSampleIfSlow(t *testing.T) {
	for name, c := range map[string]struct {
		takes    time.Duration
		unless   bool
		asked    int
		headline string
	}{
		"quick":                  {0, true, 28, "behaves as documented on 2026-04-01"},
		"slow":                   {slowly + 5*time.Millisecond, true, 2, "behaves as documented on 2026-04-01, as far as a sample shows"},
		"slow, and all the same": {slowly + 5*time.Millisecond, false, 28, "behaves as documented on 2026-04-01"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := newMock(t)
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				time.Sleep(c.takes) // that answers take their time is the subject
				service.ServeHTTP(w, r)
			})
			several := ask("several", HarmRefused, func(ctx context.Context, t *Trial) error {
				for range 30 {
					if err := detachUnused(ctx, t); err != nil {
						return err
					}
				}
				return nil
			})
			config := configFor(t, startServer(t, handler), several, family(28))
			config.All, config.SampleIfSlow = true, c.unless
			report := run(t, config)
			assert.Equal(t, c.asked, report.Results[1].Case.Asked)
			assert.Equal(t, c.asked == 28, report.Options.All)
			assert.Equal(t, config.Endpoint+" "+c.headline, report.Headline)
		})
	}
}
