package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/signing"
)

// mockFlags are the flags of mock as they were given.
type mockFlags struct {
	addr                 string
	accessKey, secretKey string
	at, table            string
	delay                time.Duration
	refuseEnded          bool
	defect               string
	listDefects          bool
}

func mockCommand() *cobra.Command {
	var flags mockFlags
	cmd := &cobra.Command{
		Use:   "mock",
		Short: "Serve the mock, to try clients against",
		Long: `Serve the mock: volumes and servers in memory, behind every version of the API there is a document for.

It goes on until it is interrupted. Keys that are not given are made up and printed.`,
		Example: `  scp-conformance mock
  scp-conformance mock --addr 127.0.0.1:8080 --access-key ak --secret-key sk --delay 3s
  scp-conformance mock --defect os-volume-goes`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if flags.listDefects {
				return listDefects(cmd)
			}
			return flags.serve(cmd)
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.addr, "addr", "127.0.0.1:8080", "`address` to listen on")
	f.StringVar(&flags.accessKey, "access-key", "", "access `key` to let in")
	f.StringVar(&flags.secretKey, "secret-key", "", "its secret `key`")
	f.StringVar(&flags.at, "at", "", "label the versions as of this `day`: 2026-08-31 (default today, in Korea)")
	f.DurationVar(&flags.delay, "delay", 100*time.Millisecond, "how long attaching and detaching go on")
	f.StringVar(&flags.defect, "defect", "", "give it a fault that a real server could have, by its `name`")
	f.BoolVar(&flags.listDefects, "list-defects", false, "list these faults, one a line, and end")
	f.BoolVar(&flags.refuseEnded, "refuse-ended", false, "refuse versions whose date has come")
	lifecycleFlag(cmd, &flags.table)
	return cmd
}

func listDefects(cmd *cobra.Command) error {
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	for _, d := range mock.Defects() {
		fmt.Fprintf(table, "%s\t%s\n", d.Name, d.Summary)
	}
	return table.Flush()
}

func (f *mockFlags) serve(cmd *cobra.Command) error {
	made := mockCredentials()
	given := f.secretKey != ""
	if f.accessKey == "" {
		f.accessKey = made.AccessKey
	}
	if !given {
		f.secretKey = made.SecretKey.Reveal()
	}
	handler, err := f.handler()
	if err != nil {
		return usage(err)
	}
	listener, err := net.Listen("tcp", f.addr)
	if err != nil {
		return usage(fmt.Errorf("--addr: %w; another address will do as well", err))
	}
	secret := f.secretKey
	if given {
		secret = "(the one you gave)" // and know: it is in no log because of us
	}
	cmd.Printf(mockGreeting, listener.Addr(), strings.Join(versions(), ", "), f.accessKey, secret, listener.Addr(),
		mock.VolumeID, mock.ServerID, mock.SpareID, mock.SharedID, mock.OSVolumeID)
	if err := serve(cmd.Context(), listener, handler); err != nil {
		return &exit{err, conformance.ExitNotJudged}
	}
	return nil
}

const mockGreeting = `The mock listens at http://%s and speaks versions %s.
Judge it from another terminal:

  SCP_ACCESS_KEY='%s' SCP_SECRET_KEY='%s' scp-conformance run --endpoint http://%s

What it holds:
  %s  volume attached to server
  %s  that server
  %s  volume attached to nothing
  %s  volume attached to two servers
  %s  OS volume of the server: cannot be detached
`

func (f *mockFlags) handler() (*mock.Server, error) {
	table, err := loadTable(f.table)
	if err != nil {
		return nil, err
	}
	opts := []mock.Option{mock.WithDelay(f.delay), mock.WithTable(table)}
	if f.defect != "" {
		defect, err := mock.DefectByName(f.defect)
		if err != nil {
			return nil, err
		}
		opts = append(opts, mock.WithDefect(defect))
	}
	if f.at != "" { // else the day goes on with the clock
		day, err := dayFlag(f.at)
		if err != nil {
			return nil, err
		}
		opts = append(opts, mock.WithDay(day))
	}
	if f.refuseEnded {
		opts = append(opts, mock.RefuseEnded())
	}
	return mock.New([]signing.Credentials{{AccessKey: f.accessKey, SecretKey: signing.Secret(f.secretKey)}}, opts...)
}

// mockCredentials are keys made up for a mock.
func mockCredentials() signing.Credentials {
	return signing.Credentials{AccessKey: rand.Text(), SecretKey: signing.Secret(rand.Text())}
}

func versions() []string {
	var ids []string
	for _, client := range gen.Clients() {
		ids = append(ids, client.ID.String())
	}
	return ids
}

// serve serves on listener until ctx ends.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	stopped := make(chan struct{})
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
