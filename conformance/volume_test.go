package conformance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen/volumes"
)

var thePair = Pair{mockFixture.Volume, mockFixture.Server}

// prompt shows what is; behind what was 300 ms ago; jittery now the one and now the other.
var lags = map[string]func(n int) time.Duration{
	"prompt":            nil,
	"behind":            func(int) time.Duration { return 300 * time.Millisecond },
	"jittery":           func(n int) time.Duration { return time.Duration(n%2) * 300 * time.Millisecond },
	"jittery otherwise": func(n int) time.Duration { return time.Duration((n+1)%2) * 300 * time.Millisecond },
}

// TestLooksThatLag give the same verdicts as prompt ones.
func TestLooksThatLag(t *testing.T) {
	t.Parallel()
	for lag, of := range lags {
		for _, c := range []struct {
			name        string
			status      int
			done        bool
			away, still bool
		}{
			{name: "detached", status: 202, done: true, away: true},
			{name: "accepted, and not done", status: 202, still: true},
			{name: "refused", status: 409, still: true},
		} {
			t.Run(lag+" "+c.name, func(t *testing.T) {
				t.Parallel()
				a := newAccount()
				a.lag = of
				a.answer = func(method, _ string, _ int) (int, bool) { return c.status, c.done && method == http.MethodDelete }
				config := a.serve(t, ask("detach", HarmDetaches, func(ctx context.Context, t *Trial) error {
					if _, err := t.Attached(ctx); err != nil {
						return err
					}
					if _, err := t.Send(ctx, Request{Pair: thePair}); err != nil {
						return err
					}
					var away, still bool
					var err error
					if c.status == http.StatusAccepted {
						_, away, err = t.AwaitDetached(ctx, thePair)
					}
					if err == nil && !c.away {
						_, still, err = t.StillAttached(ctx, thePair)
					}
					if err != nil || away != c.away || still != c.still {
						return fmt.Errorf("away %t, still attached %t, %w", away, still, err)
					}
					return nil
				}))
				config.Settle = 600 * time.Millisecond
				result := runOne(t, config)
				assert.Equal(t, Pass, result.Verdict, result.Reason())
			})
		}
	}
}

// TestLooksBackAndForth attaches and detaches in turn: what a look that lags shows is never taken for what is.
func TestLooksBackAndForth(t *testing.T) {
	t.Parallel()
	for lag, of := range lags {
		t.Run(lag, func(t *testing.T) {
			t.Parallel()
			a := newAccount()
			a.lag = of
			config := a.serve(t, ask("detach", HarmDetaches, func(ctx context.Context, t *Trial) error {
				for turn := range 3 {
					if _, err := t.Attached(ctx); err != nil {
						return err
					}
					if !a.attachedNow(thePair.Volume) {
						return fmt.Errorf("turn %d: taken for attached", turn)
					}
					if turn == 1 { // by the way of set-up
						if _, err := t.Unattached(ctx); err != nil {
							return err
						}
						if a.attachedNow(thePair.Volume) {
							return fmt.Errorf("turn %d: taken for detached", turn)
						}
						continue
					}
					e, err := t.Send(ctx, Request{Pair: thePair})
					if err != nil || e.Status != 202 {
						return fmt.Errorf("turn %d: %d, %w", turn, e.Status, err)
					}
				}
				return nil
			}))
			result := runOne(t, config)
			assert.Equal(t, Pass, result.Verdict, result.Reason())
		})
	}
}

// TestSendBusy asks again while a volume is busy, until it is not.
func TestSendBusy(t *testing.T) {
	for _, times := range []int{0, 1, 4} {
		t.Run(fmt.Sprintf("409 %d times", times), func(t *testing.T) {
			a := newAccount()
			a.answer = func(_, _ string, n int) (int, bool) {
				if n <= times {
					return http.StatusConflict, false
				}
				return 0, false
			}
			result := runOne(t, a.serve(t, ask("detach", HarmDetaches, func(ctx context.Context, t *Trial) error {
				e, err := t.SendBusy(ctx, Request{Pair: thePair})
				if err == nil && e.Status != 202 {
					err = fmt.Errorf("answered %d", e.Status)
				}
				return err
			})))
			assert.Equal(t, Pass, result.Verdict, result.Reason())
			exchanges := result.Attempts[0].Exchanges
			require.Len(t, exchanges, times+1)
			for i, e := range exchanges {
				assert.Equal(t, i < times, e.Repeated)
			}
		})
	}
}

// TestBusyForEver ends at the bound; where several waits ran out, the others are cut short, and judge nothing.
func TestBusyForEver(t *testing.T) {
	t.Parallel()
	a := newAccount()
	a.answer = func(string, string, int) (int, bool) { return http.StatusConflict, false }
	var requests []int
	config := a.serve(t, ask("detach", HarmDetaches, func(ctx context.Context, t *Trial) error {
		for i := range patience + 2 {
			before := a.count(http.MethodDelete)
			e, err := t.SendBusy(ctx, Request{Pair: thePair})
			if cut := errors.Is(err, errCutShort); e.Status != http.StatusConflict || cut != (i >= patience) || cut != (VerdictOf(err) == Inconclusive) {
				return fmt.Errorf("%d: %d, %w", i, e.Status, err)
			}
			requests = append(requests, a.count(http.MethodDelete)-before)
		}
		return nil
	}))
	config.Settle = 200 * time.Millisecond
	result := runOne(t, config)
	assert.Equal(t, Pass, result.Verdict, result.Reason())
	for i, n := range requests {
		switch {
		case i < patience:
			assert.LessOrEqual(t, n, 5, "pauses of 10, 20, 40 and 80 ms fit into 200")
		default:
			assert.LessOrEqual(t, n, 3, "pauses of 10 and 20 ms fit into 50")
		}
	}
}

// TestSetAside: a volume that stays in error or on its way is set aside, the spare one is used, and without
// one the rest is inconclusive at once.
func TestSetAside(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"detaching", "Attaching", "error", "error_detaching", "ERROR"} {
		for _, at := range []string{"", mockFixture.Server} {
			for _, spare := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s at %q, spare %t", state, at, spare), func(t *testing.T) {
					t.Parallel()
					a := newAccount()
					a.put(mockFixture.Volume, state, at)
					use := func(want Pair) func(context.Context, *Trial) error {
						return func(ctx context.Context, t *Trial) error {
							got, err := t.Attached(ctx)
							if err == nil && got != want {
								err = fmt.Errorf("used %v", got)
							}
							return err
						}
					}
					spared := Pair{mockFixture.SpareVolume, mockFixture.Server}
					config := a.serve(t, ask("first", HarmDetaches, use(spared)), ask("second", HarmDetaches, use(spared)))
					config.Settle, config.Attempts = 60*time.Millisecond, 2
					if !spare {
						config.Fixture.SpareVolume = ""
					}
					report := run(t, config)
					second := report.Results[1]
					require.NotEmpty(t, second.Attempts)
					if spare {
						for _, r := range report.Results {
							assert.Equal(t, Pass, r.Verdict, r.Reason())
						}
						return
					}
					for _, r := range report.Results {
						assert.Equal(t, Inconclusive, r.Verdict, r.Reason())
					}
					assert.Equal(t, CodeSetup, second.Findings[0].Code)
					assert.Contains(t, second.Reason(), "stays "+state)
					assert.Empty(t, second.Attempts[0].Exchanges, "nothing is asked any more")
				})
			}
		}
	}
}

// TestVolumesThatRecover are waited for.
func TestVolumesThatRecover(t *testing.T) {
	for _, state := range []string{"detaching", "error"} {
		t.Run(state, func(t *testing.T) {
			a := newAccount()
			a.put(mockFixture.Volume, state, mockFixture.Server)
			looks := 0
			a.lag = func(int) time.Duration {
				if looks++; looks == 3 {
					a.history[mockFixture.Volume] = append(a.history[mockFixture.Volume], moments{time.Now(), "in-use", mockFixture.Server})
				}
				return 0
			}
			result := runOne(t, a.serve(t, ask("one", HarmDetaches, func(ctx context.Context, t *Trial) error {
				p, err := t.Attached(ctx)
				if err == nil && p != thePair {
					err = fmt.Errorf("used %v", p)
				}
				return err
			})))
			assert.Equal(t, Pass, result.Verdict, result.Reason())
		})
	}
}

// TestNeeds: what the fixture does not name is skipped, and says what is missing.
func TestNeeds(t *testing.T) {
	for _, fixture := range []Fixture{{}, {Volume: mockFixture.Volume}, {Server: mockFixture.Server}, {SpareVolume: mockFixture.SpareVolume, Server: mockFixture.Server}} {
		config := newAccount().serve(t, ask("one", HarmDetaches, func(ctx context.Context, t *Trial) error {
			_, err := t.Attached(ctx)
			return err
		}))
		config.Fixture = fixture
		result := runOne(t, config)
		assert.Equal(t, Skip, result.Verdict)
		assert.Equal(t, "the fixture names no volume and server; name it with --volume, --server and the like", result.Reason())
		assert.Empty(t, result.Attempts[0].Exchanges)
	}
}

// TestBootableVolume: to refuse the detach of a volume that an OS starts from is right, whatever it was
// named as.
func TestBootableVolume(t *testing.T) {
	config := configFor(t, startServer(t, newMock(t)), ask("one", HarmDetaches, func(ctx context.Context, t *Trial) error {
		_, err := t.Attached(ctx)
		return err
	}))
	config.Fixture, config.Attempts = Fixture{Volume: mock.OSVolumeID, Server: mock.ServerID}, 1
	result := runOne(t, config)
	assert.Equal(t, Inconclusive, result.Verdict)
	assert.Contains(t, result.Reason(), "an OS starts from")
}

// TestShow has answers that show no volume: what cannot be read cannot be judged.
func TestShow(t *testing.T) {
	const shown = `{"id":"%s","state":"in-use","servers":[]}`
	for _, c := range []struct {
		name   string
		status int
		body   string
		want   string // in the reason; none for a volume
	}{
		{"the volume", 200, fmt.Sprintf(shown, mock.VolumeID), ""},
		{"the volume in upper case", 200, fmt.Sprintf(shown, "3F500F00-ED80-4566-A057-E31760226F9A"), ""},
		{"another volume", 200, fmt.Sprintf(shown, mock.SpareID), "with another volume"},
		{"no ID", 200, `{"state":"in-use"}`, "with another volume"},
		{"null", 200, "null", "with another volume"},
		{"no JSON", 200, "<html>", "with something else than a volume"},
		{"nothing", 200, "", "with something else than a volume"},
		{"404", 404, "{}", "was answered 404 Not Found"},
		{"204", 204, "", "was answered 204 No Content"},
	} {
		t.Run(c.name, func(t *testing.T) {
			handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(c.status)
				if c.status != http.StatusNoContent {
					fmt.Fprint(w, c.body)
				}
			})
			config := configFor(t, startServer(t, handler), ask("one", HarmReads, func(ctx context.Context, t *Trial) error {
				_, err := t.Show(ctx, mock.VolumeID)
				return err
			}))
			config.Attempts = 1
			result := runOne(t, config)
			if c.want == "" {
				assert.Equal(t, Pass, result.Verdict, result.Reason())
				return
			}
			assert.Equal(t, Inconclusive, result.Verdict)
			assert.Contains(t, result.Reason(), c.want)
			require.NotNil(t, result.Findings[0].Exchange)
		})
	}
}

// TestStates reads every spelling that was seen.
func TestStates(t *testing.T) {
	for _, c := range []struct {
		state                            string
		inUse, available, failed, moving bool
	}{
		{state: "in-use", inUse: true},
		{state: "In-use", inUse: true},
		{state: "IN-USE", inUse: true},
		{state: "in_use", inUse: true},
		{state: "available", available: true},
		{state: "AVAILABLE", available: true},
		{state: "error", failed: true},
		{state: "Error_Detaching", failed: true},
		{state: "creating", moving: true},
		{state: "Reserved", moving: true},
		{state: "ATTACHING", moving: true},
		{state: "detaching", moving: true},
		{state: ""},
		{state: "inuse"},
		{state: "terror"},
		{state: "unavailable"},
	} {
		v := &volumes.Volume{State: c.state}
		got := []bool{InUse(v), Available(v), Failed(v), Moving(v)}
		assert.Equal(t, []bool{c.inUse, c.available, c.failed, c.moving}, got, c.state)
	}
	v := &volumes.Volume{Servers: []volumes.AttachedServer{{ID: "ABC"}}}
	assert.True(t, AttachedTo(v, "abc"))
	assert.False(t, AttachedTo(v, "ab"))
	assert.False(t, AttachedTo(v, ""))
}

// TestShouldBeAt follows what was accepted, and nothing else.
func TestShouldBeAt(t *testing.T) {
	config := configFor(t, startServer(t, newMock(t)), ask("one", HarmDetaches, func(ctx context.Context, t *Trial) error {
		is := func(want ...string) error {
			got, known := t.ShouldBeAt(mock.VolumeID)
			if !known || fmt.Sprint(got) != fmt.Sprint(want) {
				return fmt.Errorf("it should be at %v, and is at %v (%t)", want, got, known)
			}
			return nil
		}
		if _, known := t.ShouldBeAt(mock.VolumeID); known {
			return fmt.Errorf("nobody looked yet")
		}
		v, err := t.Show(ctx, mock.VolumeID)
		if err != nil {
			return err
		}
		t.Learn(v)
		if err := is(mock.ServerID); err != nil {
			return err
		}
		if _, err := t.Send(ctx, Request{Pair: Pair{mock.VolumeID, mock.OtherServerID}}); err != nil { // refused
			return err
		}
		if err := is(mock.ServerID); err != nil {
			return err
		}
		if _, err := t.Unattached(ctx); err != nil {
			return err
		}
		if err := is(); err != nil {
			return err
		}
		t.Learn(v) // known already
		if err := is(); err != nil {
			return err
		}
		if _, err := t.Attached(ctx); err != nil {
			return err
		}
		if err := is(mock.ServerID); err != nil {
			return err
		}
		v.Servers = nil
		t.Relearn(v)
		return is()
	}))
	result := runOne(t, config)
	assert.Equal(t, Pass, result.Verdict, result.Reason())
}
