package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/signing"
)

const (
	inUse     = `{"id":"v","state":"In-use","bootable":false,"servers":[{"id":"s","device":"/dev/vdb"}]}`
	detaching = `{"id":"v","state":"DETACHING","bootable":false,"servers":[{"id":"s"}]}`
	away      = `{"id":"v","state":"AVAILABLE","bootable":false,"servers":[]}`
	elsewhere = `{"id":"v","state":"in_use","bootable":false,"servers":[{"id":"other"}]}`
	both      = `{"id":"v","state":"in_use","bootable":false,"servers":[{"id":"s"},{"id":"other"}]}`
	leaving   = `{"id":"v","state":"detaching","bootable":false,"servers":[{"id":"s"},{"id":"other"}]}`
	unlisted  = `{"id":"v","state":"In-use","bootable":false,"servers":[]}`
	dropped   = "dropped" // the connection
)

// script is what an endpoint answers, one after another; the last answer again and again. An answer is a
// body, a status, or dropped. What stands at index n of shows is shown after the nth request for a detach.
type script struct {
	shows    [][]string
	detaches []string

	requests, looks int
	times           []time.Time // of looks
}

var errCut = errors.New("connection reset by peer")

func answer(said string) (*http.Response, error) {
	if said == dropped {
		return nil, errCut
	}
	if status, err := strconv.Atoi(said); err == nil {
		return &http.Response{StatusCode: status, Body: http.NoBody}, nil
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(said))}, nil
}

func (s *script) steps() Steps {
	return Steps{
		Show: func(context.Context) (*http.Response, error) {
			s.times = append(s.times, time.Now())
			list := s.shows[min(s.requests, len(s.shows)-1)]
			s.looks++
			return answer(list[min(s.looks, len(list))-1])
		},
		Detach: func(context.Context) error {
			s.requests++
			s.looks = 0
			resp, err := answer(s.detaches[min(s.requests, len(s.detaches))-1])
			return DetachResult("v", "s", resp, err)
		},
	}
}

func TestDetachAndWait(t *testing.T) {
	for _, tt := range []struct {
		name     string
		shows    [][]string
		detaches []string
		opts     []DetachOption
		requests int
		is       []error // or none: done
		isNot    []error
		says     string
		within   time.Duration // or none: until the context ends
	}{
		// As it should go.
		{"detached at once", [][]string{{inUse}, {away}}, []string{"202"}, nil, 1, nil, nil, "", time.Second},
		{"through detaching", [][]string{{inUse}, {inUse, detaching, away}}, []string{"202"}, nil, 1, nil, nil, "", 2 * time.Second},
		{"attaching when asked", [][]string{{`{"id":"v","state":"attaching","bootable":false,"servers":[{"id":"s"}]}`, inUse}, {away}}, []string{"202"}, nil, 1, nil, nil, "", time.Second},
		{"at another server still", [][]string{{both}, {elsewhere}}, []string{"202"}, nil, 1, nil, nil, "", time.Second},
		{"errors of the gateway around it", [][]string{{"502", inUse}, {"503", "429", dropped, away}}, []string{"202"}, nil, 1, nil, nil, "", 10 * time.Second},
		{"deleted after the 202", [][]string{{inUse}, {"404"}}, []string{"202"}, nil, 1, nil, nil, "", time.Second},

		// Not requested.
		{"an OS volume", [][]string{{`{"id":"v","state":"In-use","bootable":true,"servers":[{"id":"s"}]}`}}, nil, nil, 0, []error{ErrOSVolume}, nil, "an OS starts from it", time.Second},
		{"perhaps an OS volume", [][]string{{`{"id":"v","state":"In-use","servers":[{"id":"s"}]}`}}, nil, nil, 0, []error{errAny}, nil, "does not say", time.Second},
		{"bootable twice", [][]string{{`{"id":"v","state":"In-use","bootable":true,"Bootable":false,"servers":[{"id":"s"}]}`}}, nil, nil, 0, []error{errAny}, nil, "twice", time.Second},
		{"in an error state", [][]string{{`{"id":"v","state":"Error_Detaching","bootable":false,"servers":[{"id":"s"}]}`}}, nil, nil, 0, []error{errAny}, nil, "Error_Detaching", time.Second},
		{"no such volume", [][]string{{"404"}}, nil, nil, 0, []error{ErrNotFound}, nil, "404 Not Found", time.Second},
		{"not let in", [][]string{{"401"}}, nil, nil, 0, []error{ErrUnauthorized}, nil, "401 Unauthorized", time.Second},
		{"not answered", [][]string{{dropped}}, nil, nil, 0, []error{errCut}, nil, "no detach", time.Minute},
		{"not attached", [][]string{{away}}, nil, nil, 0, []error{ErrNotAttached}, nil, "not attached to that server", time.Second},
		{"attached elsewhere", [][]string{{elsewhere}}, nil, nil, 0, []error{ErrNotAttached}, nil, "", time.Second},
		{"another volume shown", [][]string{{`{"id":"other","state":"In-use","bootable":false,"servers":[{"id":"s"}]}`}}, nil, nil, 0, []error{errAny}, nil, "shows another volume: other", time.Second},
		{"available at one look only", [][]string{{away, inUse}, {away}}, []string{"202"}, nil, 1, nil, nil, "", 2 * time.Second},
		{"in use by no server", [][]string{{unlisted}}, nil, nil, 0, []error{context.DeadlineExceeded}, []error{ErrNotAttached}, `"In-use"`, 0},
		{"in use by no server at first", [][]string{{unlisted, unlisted, inUse}, {away}}, []string{"202"}, nil, 1, nil, nil, "", 2 * time.Second},
		{"in an unknown state", [][]string{{`{"id":"v","state":"Whatever","bootable":false,"servers":[]}`}}, nil, nil, 0, []error{context.DeadlineExceeded}, []error{ErrNotAttached}, "Whatever", 0},

		// Bootable volumes that an option lets through.
		{"bootable at a data disk", [][]string{{`{"id":"v","state":"In-use","bootable":true,"servers":[{"id":"s","device":"/dev/vdb"}]}`}, {away}}, []string{"202"}, []DetachOption{BootableAt("/dev/vdb")}, 1, nil, nil, "", time.Second},
		{"bootable at another disk", [][]string{{`{"id":"v","state":"In-use","bootable":true,"servers":[{"id":"s","device":"/dev/vdc"}]}`}}, nil, []DetachOption{BootableAt("/dev/vdb")}, 0, []error{ErrOSVolume}, nil, "", time.Second},
		{"bootable at an unknown disk", [][]string{{`{"id":"v","state":"In-use","bootable":true,"servers":[{"id":"s"}]}`}}, nil, []DetachOption{BootableAt("")}, 0, []error{ErrOSVolume}, nil, "", time.Second},
		{"bootable at the OS device", [][]string{{`{"id":"v","state":"In-use","bootable":true,"servers":[{"id":"s","device":"/dev/vda"}]}`}}, nil, []DetachOption{BootableAt("/dev/vda")}, 0, []error{ErrOSVolume}, nil, "", time.Second},

		// Refused for now: requested again while the volume is attached.
		{"409 at first", [][]string{{inUse}, {inUse}, {inUse}, {away}}, []string{"409", "500", "202"}, nil, 3, nil, nil, "", 3 * time.Second},
		{"409 all the time", [][]string{{inUse}}, []string{"409"}, nil, -1, []error{ErrConflict, context.DeadlineExceeded}, nil, "409 Conflict", 0},
		{"500 all the time", [][]string{{inUse}}, []string{"500"}, nil, -1, []error{context.DeadlineExceeded}, nil, "500 Internal Server Error", 0},
		{"409 for the second try of the client", [][]string{{inUse}, {away}}, []string{"409"}, nil, 1, nil, nil, "", time.Second},
		{"409, and not shown for a while", [][]string{{inUse}, {"500", dropped, inUse}, {away}}, []string{"409", "202"}, nil, 2, nil, nil, "", 5 * time.Second},
		{"409, and deleted", [][]string{{inUse}, {"404"}}, []string{"409"}, nil, 1, []error{ErrConflict, ErrNotFound}, nil, "", time.Second},
		{"409 during a neighbour's detach", [][]string{{both}, {leaving, leaving, leaving, inUse}, {detaching, away}}, []string{"409", "202"}, nil, 2, nil, nil, "", 5 * time.Second},
		{"409 during a neighbour's endless detach", [][]string{{both}, {leaving}}, []string{"409"}, nil, 1, []error{ErrConflict, context.DeadlineExceeded}, nil, "", 0},
		{"504, and done late", [][]string{{inUse}, {inUse}, {detaching, away}}, []string{"504", "409"}, nil, 2, nil, nil, "", 5 * time.Second},

		// Refused for good: done only if the volume is away.
		{"401 during a neighbour's detach", [][]string{{both}, {leaving}}, []string{"401"}, nil, 1, []error{ErrUnauthorized}, nil, "not proved away", time.Second},
		{"400, and attached", [][]string{{inUse}, {inUse}}, []string{"400"}, nil, 1, []error{ErrBadRequest}, nil, "", time.Second},
		{"400, and in use by no server", [][]string{{inUse}, {unlisted}}, []string{"400"}, nil, 1, []error{ErrBadRequest}, nil, "", time.Second},
		{"400, and away", [][]string{{inUse}, {away}}, []string{"400"}, nil, 1, nil, nil, "", time.Second},
		{"400, and away at one look only", [][]string{{inUse}, {away, inUse}}, []string{"400"}, nil, 1, []error{ErrBadRequest}, nil, "", time.Second},
		{"404, and away from that server", [][]string{{both}, {elsewhere}}, []string{"404"}, nil, 1, nil, nil, "", time.Second},
		{"404, and deleted", [][]string{{inUse}, {"404"}}, []string{"404"}, nil, 1, []error{ErrNotFound}, nil, "", time.Second},
		{"400, and not shown", [][]string{{inUse}, {"500"}}, []string{"400"}, nil, 1, []error{ErrBadRequest}, nil, "500", time.Second},
		{"a redirect", [][]string{{inUse}, {inUse}}, []string{"307"}, nil, 1, []error{errAny}, nil, "307", time.Second},

		// No answer: watched for a while.
		{"dropped, and detaching late", [][]string{{inUse}, {inUse, inUse, dropped, inUse, detaching, away}}, []string{dropped}, nil, 1, nil, nil, "", lostAnswer},
		{"dropped, and detaching for a minute", [][]string{{inUse}, append(slices.Repeat([]string{detaching}, 14), away)}, []string{dropped}, nil, 1, nil, nil, "", 2 * time.Minute},
		{"dropped, and attached", [][]string{{inUse}}, []string{dropped}, nil, 1, []error{errCut}, nil, "still attached", 2 * lostAnswer},
		{"dropped, and never shown", [][]string{{inUse}, {dropped}}, []string{dropped}, nil, 1, []error{errCut}, nil, "", 2 * lostAnswer},
		{"dropped, and no longer let in", [][]string{{inUse}, {"401"}}, []string{dropped}, nil, 1, []error{errCut, ErrUnauthorized}, nil, "", time.Second},
		{"200 instead of 202", [][]string{{inUse}, {inUse, detaching, away}}, []string{"200"}, nil, 1, nil, nil, "", 5 * time.Second},

		// Accepted, and then not away.
		{"an error state", [][]string{{inUse}, {`{"id":"v","state":"ERROR","servers":[{"id":"s"}]}`}}, []string{"202"}, nil, 1, []error{errAny}, nil, `state "ERROR"`, time.Second},
		{"no longer let in", [][]string{{inUse}, {"401"}}, []string{"202"}, nil, 1, []error{ErrUnauthorized}, nil, "was accepted", time.Second},
		{"shown as nothing", [][]string{{inUse}, {`{}`}}, []string{"202"}, nil, 1, []error{errAny}, nil, "shows another volume", time.Second},
		{"shown as a page", [][]string{{inUse}, {`<html>`}}, []string{"202"}, nil, 1, []error{errAny}, nil, "not a volume", time.Second},
		{"never away", [][]string{{inUse}}, []string{"202"}, nil, 1, []error{context.DeadlineExceeded}, nil, `it was "In-use"`, 0},
		{"in use by no server after it", [][]string{{inUse}, {unlisted}}, []string{"202"}, nil, 1, []error{context.DeadlineExceeded}, nil, "In-use", 0},
		{"in other letter case", [][]string{{inUse}, {`{"id":"V","state":"In-use","servers":[{"id":"S"}]}`}}, []string{"202"}, nil, 1, []error{context.DeadlineExceeded}, nil, "In-use", 0},
		{"in an unknown state after it", [][]string{{inUse}, {`{"id":"v","state":"Whatever","servers":[]}`}}, []string{"202"}, nil, 1, []error{context.DeadlineExceeded}, nil, "Whatever", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const limit = 5 * time.Minute
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				start := time.Now()
				s := &script{shows: tt.shows, detaches: tt.detaches}
				err := DetachAndWait(ctx, "v", "s", s.steps(), tt.opts...)
				took := time.Since(start)
				if tt.is == nil {
					require.NoError(t, err)
				}
				for _, is := range tt.is {
					if errors.Is(is, errAny) {
						require.Error(t, err)
						continue
					}
					require.ErrorIs(t, err, is)
				}
				for _, not := range tt.isNot {
					require.NotErrorIs(t, err, not)
				}
				if tt.says != "" {
					require.ErrorContains(t, err, tt.says)
				}
				if err != nil {
					assertOneLine(t, err)
					assert.LessOrEqual(t, strings.Count(err.Error(), `volume "v"`), 1, err)
				}
				if tt.requests >= 0 {
					assert.Equal(t, tt.requests, s.requests, "requests for a detach")
				} else {
					assert.Greater(t, s.requests, 1, "requests for a detach")
				}
				if tt.within == 0 {
					assert.Equal(t, limit, took)
				} else {
					assert.LessOrEqual(t, took, tt.within)
				}
			})
		})
	}
}

// errAny stands for an error that matches no sentinel.
var errAny = errors.New("any error")

// The volume is shown less and less often, down to every ten seconds, and for ten minutes at most.
func TestDetachAndWaitPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s := &script{shows: [][]string{{inUse}}, detaches: []string{"202"}}
		err := DetachAndWait(t.Context(), "v", "s", s.steps())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, MaxWait, time.Since(start))
		looks := s.times[1:] // after the detach
		var longest time.Duration
		for i := range looks[1:] {
			pause := looks[i+1].Sub(looks[i])
			assert.GreaterOrEqual(t, pause, longest)
			longest = max(longest, pause)
		}
		assert.Equal(t, firstPause, looks[1].Sub(looks[0]))
		assert.Equal(t, 10*time.Second, longest)
	})
}

// Two looks in a row prove a volume away; a look that does not, or that fails, begins the count again.
func TestDetachAndWaitLooksTwiceInARow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{shows: [][]string{{inUse}, {away, detaching, away, "503", away, away}}, detaches: []string{"202"}}
		require.NoError(t, DetachAndWait(t.Context(), "v", "s", s.steps()))
		assert.Equal(t, 6, s.looks)
	})
}

// Once the detach is accepted, the pauses begin anew: it may be done soon.
func TestDetachAndWaitLooksSoonAfterThe202(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{
			shows:    [][]string{{inUse}, {inUse}, {inUse}, {inUse}, {inUse}, {inUse, away}},
			detaches: []string{"409", "409", "409", "409", "202"},
		}
		require.NoError(t, DetachAndWait(t.Context(), "v", "s", s.steps()))
		after := s.times[len(s.times)-3:] // in use, away, and away again
		assert.Equal(t, []time.Duration{firstPause, confirmPause}, []time.Duration{after[1].Sub(after[0]), after[2].Sub(after[1])})
	})
}

// What was stopped in this program was never sent, so there is nothing to wait for.
func TestDetachAndWaitDoesNotWaitForWhatWasNeverSent(t *testing.T) {
	for _, stopped := range []error{&signing.HostError{}, &IDError{}, ErrNotOpen} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			s := &script{shows: [][]string{{inUse}}, detaches: []string{"202"}}
			steps := s.steps()
			steps.Detach = func(context.Context) error { return stopped }
			require.ErrorIs(t, DetachAndWait(t.Context(), "v", "s", steps), stopped)
			assert.Zero(t, time.Since(start))

			steps = s.steps()
			steps.Show = func(ctx context.Context) (*http.Response, error) {
				if s.requests > 0 {
					return nil, stopped
				}
				return s.steps().Show(ctx)
			}
			require.ErrorIs(t, DetachAndWait(t.Context(), "v", "s", steps), stopped)
			assert.Zero(t, time.Since(start))
		})
	}
}

// A refused detach is not requested in a tight loop.
func TestDetachAndWaitPausesBetweenRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{shows: [][]string{{inUse}}, detaches: []string{"409"}}
		require.ErrorIs(t, DetachAndWait(t.Context(), "v", "s", s.steps()), ErrConflict)
		assert.Less(t, s.requests, 80, "in ten minutes")
	})
}

func TestDetachAndWaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stopped := errors.New("the operator gave up")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(20*time.Millisecond, func() { cancel(stopped) })
		start := time.Now()
		s := &script{shows: [][]string{{detaching}}}
		require.ErrorIs(t, DetachAndWait(ctx, "v", "s", s.steps()), stopped)
		assert.Equal(t, 20*time.Millisecond, time.Since(start))
		assert.Zero(t, s.requests)
	})
}

// A call that was cancelled is not asked for again.
func TestDetachAndWaitEndsWithACancelledRequest(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := &script{shows: [][]string{{inUse}}}
	steps := s.steps()
	steps.Detach = func(ctx context.Context) error {
		cancel()
		return ctx.Err()
	}
	require.ErrorIs(t, DetachAndWait(ctx, "v", "s", steps), context.Canceled)
	assert.Len(t, s.times, 1)
}

func TestDetachAndWaitRefuses(t *testing.T) {
	unused := Steps{
		Show:   func(context.Context) (*http.Response, error) { t.Error("shown"); return nil, errCut },
		Detach: func(context.Context) error { t.Error("requested"); return errCut },
	}
	var id *IDError
	require.ErrorAs(t, DetachAndWait(t.Context(), "..", "s", unused), &id)
	require.ErrorAs(t, DetachAndWait(t.Context(), "v", "a/b", unused), &id)
	require.ErrorAs(t, DetachAndWait(t.Context(), "v", "v", unused), &id)
	//nolint:staticcheck // that is the point
	require.ErrorContains(t, DetachAndWait(nil, "v", "s", unused), "context is nil")
	require.ErrorContains(t, DetachAndWait(t.Context(), "v", "s", Steps{Show: unused.Show}), "is nil")
	require.ErrorContains(t, DetachAndWait(t.Context(), "v", "s", Steps{Detach: unused.Detach}), "is nil")
	require.ErrorContains(t, DetachAndWait(t.Context(), "v", "s", unused, nil), "option 1 is nil")
}

// A show that returns nothing at all is an error, and a nil callback is none.
func TestDetachAndWaitWithoutAnAnswer(t *testing.T) {
	steps := Steps{
		Show:   func(context.Context) (*http.Response, error) { return nil, nil }, //nolint:nilnil // that is the point
		Detach: func(context.Context) error { return nil },
	}
	require.ErrorContains(t, DetachAndWait(t.Context(), "v", "s", steps, WithProgress(nil)), "no answer")
}

func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []Progress
		s := &script{shows: [][]string{{inUse}, {dropped, detaching, away}}, detaches: []string{"202"}}
		require.NoError(t, DetachAndWait(t.Context(), "v", "s", s.steps(), WithProgress(func(p Progress) { got = append(got, p) })))
		assert.Equal(t, []Progress{
			{Requests: 0, State: "In-use", Attached: true},
			{Requests: 1, State: "In-use", Attached: true},
			{Requests: 1, State: "In-use", Attached: true, Err: errCut},
			{Requests: 1, State: "DETACHING", Attached: true},
			{Requests: 1, State: "AVAILABLE"},
			{Requests: 1, State: "AVAILABLE"},
		}, got)
	})
}
