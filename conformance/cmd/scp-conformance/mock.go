package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// mockFlags are the flags of mock.
type mockFlags struct {
	addr                 string
	control              control
	accessKey, secretKey string
	day                  lifecycle.Date
	table                string
	delay                time.Duration
	refuseEnded          bool
	profile              string
	switches             map[string]*bool // of the profile, by name
	seed                 uint64
	defect               string
	listDefects          bool
	verbose              bool
}

// The profiles of the mock.
const (
	documented = "documented"
	live       = "live"
)

func mockCommand() *cobra.Command {
	flags := mockFlags{profile: documented, switches: map[string]*bool{}}
	cmd := &cobra.Command{
		Use:   "mock",
		Short: "Serve the mock, to try clients against",
		Long: `Serve the mock: volumes and servers in memory, behind every version of the API
that has a document. It serves until it is interrupted. Without --access-key
and --secret-key it makes up keys and prints them.

It behaves as documented. With --profile live it deviates from that in every
way in which the live service was seen to. A flag of its own turns each of
these on, or with =false off.

With --control it also serves a control API, on a port of its own, by which
tests in any language set what it holds and see what it was asked:
  GET, PUT /world           its servers and volumes
  GET, PATCH /settings      {"day": "2026-08-31", "delay": "2s", "defects": []}
  GET, DELETE /requests     the requests it has seen
  POST /reset               make it what it was when it started
The control API asks for no keys, so it listens on this machine only, unless
--control-exposed is set.`,
		Example: `  scp-conformance mock
  scp-conformance mock --addr 127.0.0.1:8080 --access-key ak --secret-key sk
  scp-conformance mock --profile live --gateway-errors=false --verbose
  scp-conformance mock --defect signature-unchecked
  scp-conformance mock --control 127.0.0.1:8081
  curl -X PATCH -d '{"delay": "1m"}' http://127.0.0.1:8081/settings`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if flags.listDefects {
				return listDefects(cmd.OutOrStdout())
			}
			return flags.serve(cmd)
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.addr, "addr", "127.0.0.1:8080", "`address` to listen on")
	flags.control.add(cmd)
	f.StringVar(&flags.accessKey, "access-key", "", "access `key` of the one account")
	f.StringVar(&flags.secretKey, "secret-key", "", "its secret `key`")
	dayVar(cmd, &flags.day, "label the versions as of this `day`")
	flags.delay = 100 * time.Millisecond
	f.Var(&duration{value: &flags.delay, zero: true}, "delay", "how long attaching and detaching take")
	f.BoolVar(&flags.refuseEnded, "refuse-ended", false, "refuse versions whose support date has passed")
	choiceVar(cmd, &flags.profile, "profile", []string{documented, live}, "behave as this `profile`")
	for _, s := range mock.Switches() {
		flags.switches[s.Name] = f.Bool(s.Name, false, "live: "+s.Summary)
	}
	f.Uint64Var(&flags.seed, "seed", mock.LiveErrorSeed, "seed for the random gateway errors: a `number`")
	f.StringVar(&flags.defect, "defect", "", "break it in one way, by the `name` of a defect")
	f.BoolVar(&flags.listDefects, "list-defects", false, "list the defects, one a line, and end")
	f.BoolVar(&flags.verbose, "verbose", false, "log each request to standard error, without keys and signatures")
	completeFlag(cmd, "defect", defectValues)
	lifecycleVar(cmd, &flags.table)
	return cmd
}

// listDefects writes a line for each defect, and wraps it on a terminal only: scripts read the list.
func listDefects(out io.Writer) error {
	width := math.MaxInt
	if _, ok := terminal(out); ok {
		width = columns(out)
	}
	var rows [][]string
	for _, d := range mock.Defects() {
		rows = append(rows, []string{d.Name, d.Summary})
	}
	return writeTable(out, width, rows)
}

func (f *mockFlags) serve(cmd *cobra.Command) error {
	credentials := mockCredentials()
	if f.accessKey != "" {
		credentials.AccessKey = f.accessKey
	}
	secret := credentials.SecretKey.Reveal()
	if f.secretKey != "" {
		credentials.SecretKey = signing.Secret(f.secretKey)
		secret = "…" // the caller knows it, and this may be a log
	}
	handler, err := f.handler(cmd, credentials)
	if err != nil {
		return usage(err)
	}
	listener, err := net.Listen("tcp", f.addr)
	if err != nil {
		return usage(fmt.Errorf("--addr: %w; try another address", err))
	}
	defer listener.Close() // whoever serves it closes it as well
	control, err := f.control.listen(cmd.Context(), listener.Addr())
	if err != nil {
		return usage(err)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), mockGreeting, listener.Addr(), strings.Join(versionValues(), ", "),
		quote(credentials.AccessKey), secret, listener.Addr(),
		mock.VolumeID, mock.ServerID, mock.SpareID, mock.SharedID, mock.OSVolumeID)
	if err == nil && control != nil {
		defer control.Close()
		_, err = fmt.Fprintf(cmd.OutOrStdout(), controlGreeting, control.Addr())
	}
	if err != nil {
		return err
	}
	if control == nil {
		return serve(cmd.Context(), listener, handler)
	}
	ctx, stop := context.WithCancel(cmd.Context())
	defer stop()
	controlled := make(chan error, 1)
	go func() {
		defer stop() // neither is served without the other
		controlled <- serve(ctx, control, handler.Control())
	}()
	err = serve(ctx, listener, handler)
	stop()
	return errors.Join(err, <-controlled)
}

const mockGreeting = `The mock listens at http://%s
and speaks versions %s.
Judge it from another terminal:

  export SCP_ACCESS_KEY=%s
  export SCP_SECRET_KEY=%s
  scp-conformance run --endpoint http://%s

It holds:
  %s  a volume, attached to the server
  %s  the server
  %s  a volume, not attached
  %s  a volume, attached to two servers
  %s  the server's OS volume
`

const controlGreeting = `
Its control API listens at http://%s
`

func (f *mockFlags) handler(cmd *cobra.Command, credentials signing.Credentials) (*mock.Server, error) {
	table, err := loadTable(f.table)
	if err != nil {
		return nil, err
	}
	opts := append([]mock.Option{mock.WithDelay(f.delay), mock.WithTable(table)}, f.deviations(cmd)...)
	if f.defect != "" {
		defect, err := mock.DefectByName(f.defect)
		if err != nil {
			return nil, fmt.Errorf("--defect: %w%s", err, didYouMean(f.defect, defectNames()))
		}
		opts = append(opts, mock.WithDefect(defect))
	}
	if !f.day.IsZero() { // else the day moves with the clock
		opts = append(opts, mock.WithDay(f.day))
	}
	if f.refuseEnded {
		opts = append(opts, mock.RefuseEnded())
	}
	if f.verbose {
		opts = append(opts, mock.WithLog(slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))))
	}
	return mock.New([]signing.Credentials{credentials}, opts...)
}

// deviations are the switches of the profile, and those that have a flag.
func (f *mockFlags) deviations(cmd *cobra.Command) []mock.Option {
	var opts []mock.Option
	for _, s := range mock.Switches() {
		on := f.profile == live
		if cmd.Flags().Changed(s.Name) {
			on = *f.switches[s.Name]
		}
		switch {
		case on && s.Name == "gateway-errors":
			opts = append(opts, mock.WithGatewayErrors(mock.LiveErrorRate, f.seed))
		case on:
			opts = append(opts, s.Option)
		}
	}
	return opts
}

// mockCredentials are keys made up for a mock.
func mockCredentials() signing.Credentials {
	return signing.Credentials{AccessKey: rand.Text(), SecretKey: signing.Secret(rand.Text())}
}

// startMock serves handler on a free port of this machine, at the URL it returns, until stop is called.
func startMock(handler http.Handler) (url string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("start the built-in mock: %w", err)
	}
	server, served := newServer(handler), make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // what ends it early shows in the verdicts
	}()
	return "http://" + listener.Addr().String(), func() { _ = server.Close(); <-served }, nil
}

// serve serves on listener until ctx ends.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server, stopped := newServer(handler), make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		const grace = 2 * time.Second
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			_ = server.Close()
		}
	})
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the mock: %w", err)
	}
	<-stopped
	return nil
}

func newServer(handler http.Handler) *http.Server {
	return &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
}
