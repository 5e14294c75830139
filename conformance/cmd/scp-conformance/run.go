package main

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/conformance/report"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// runFlags are the flags of run as they were given.
type runFlags struct {
	endpoint string
	cases    []string
	versions []string
	at       string
	table    string
	harm     string
	seed     uint64
	timeout  time.Duration
	limit    time.Duration
	quiet    bool
	fixture  conformance.Fixture
}

func runCommand() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Ask every case of every version, and give a verdict",
		Long: `Ask every case of every version, and give a verdict.

Without --endpoint it starts the built-in mock on this machine and judges that. With it, the keys are
taken from SCP_ACCESS_KEY and SCP_SECRET_KEY, and the volumes and the server to try it on from --volume,
--server and so on, which are those of the mock unless said otherwise. At the end the volume may be
attached to the server or not. A certificate of your own is trusted if SSL_CERT_FILE names it.`,
		Example: `  scp-conformance run
  scp-conformance run --api-version 1.3 --case 'auth-*'
  SCP_ACCESS_KEY=… SCP_SECRET_KEY=… scp-conformance run --endpoint http://127.0.0.1:8080`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for name, values := range map[string][]string{"case": flags.cases, "api-version": flags.versions} {
				if cmd.Flags().Changed(name) && len(values) == 0 { // an empty variable, say: it would mean all
					return usage(fmt.Errorf("--%s is empty", name))
				}
			}
			return flags.run(cmd)
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.endpoint, "endpoint", "", "judge the endpoint at this `URL` instead of the built-in mock")
	f.StringSliceVar(&flags.cases, "case", nil, "ask these cases only: an `ID`, or its start and a *")
	f.StringSliceVar(&flags.versions, "api-version", nil, "ask these `versions` only: 1.3, say")
	f.StringVar(&flags.at, "at", "", "judge states and dates as of this `day`: 2026-08-31 (default today, in Korea)")
	f.StringVar(&flags.harm, "harm", conformance.HarmDangerous.String(), "the most that may be asked: reads, refused, detaches or dangerous")
	f.Uint64Var(&flags.seed, "seed", 0, "make the same random IDs again as the run with this `number` (default: a new one)")
	f.BoolVar(&flags.quiet, "quiet", false, "print the grid, what failed and the verdict, and no line for each case")
	f.DurationVar(&flags.timeout, "timeout", conformance.DefaultTimeout, "how long one request may take")
	f.DurationVar(&flags.limit, "limit", conformance.DefaultLimit, "how long the whole run may take")
	f.StringVar(&flags.fixture.Volume, "volume", mock.VolumeID, "`ID` of a data volume that is attached and detached")
	f.StringVar(&flags.fixture.Server, "server", mock.ServerID, "`ID` of the server it is attached to")
	f.StringVar(&flags.fixture.OtherServer, "other-server", mock.OtherServerID, "`ID` of a server that the volume is never attached to")
	f.StringVar(&flags.fixture.SharedVolume, "shared-volume", mock.SharedID, "`ID` of a volume that may be attached to both servers at once")
	f.StringVar(&flags.fixture.OSVolume, "os-volume", mock.OSVolumeID, "`ID` of that server's OS volume, whose detach has to be refused")
	lifecycleFlag(cmd, &flags.table)
	return cmd
}

func (f *runFlags) run(cmd *cobra.Command) error {
	config, err := f.config()
	if err != nil {
		return usage(err)
	}
	if f.endpoint == "" {
		stop, err := startMock(cmd.Context(), &config)
		if err != nil {
			return &exit{err, conformance.ExitNotJudged}
		}
		defer stop()
		cmd.Printf("No --endpoint was given, so the built-in mock is judged. It was started at %s.\n", config.Endpoint)
	} else if config.Credentials, err = signing.FindCredentials(""); err != nil {
		return usage(err)
	}
	cmd.Printf("%s\n\n", tableNotice(config.Table, config.Day))
	config.Command = again(cmd)
	text := report.Text{Out: cmd.OutOrStdout(), Color: colorful(cmd.OutOrStdout()), Quiet: f.quiet}
	config.OnResult = text.Result
	result, err := conformance.Run(cmd.Context(), config)
	if err != nil {
		return usage(err)
	}
	text.Summary(result)
	if code := conformance.ExitCode(result.Results); code != conformance.ExitOK {
		return &exit{code: code}
	}
	return nil
}

// again is the command as it was given, less what says which case to ask, and when.
func again(cmd *cobra.Command) string {
	command := cmd.CommandPath()
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if !slices.Contains([]string{"case", "api-version", "at", "seed"}, f.Name) {
			command += fmt.Sprintf(" --%s '%s'", f.Name, strings.ReplaceAll(f.Value.String(), "'", `'\''`))
		}
	})
	return command
}

// config reads the flags that do not hang on which endpoint is judged.
func (f *runFlags) config() (conformance.Config, error) {
	config := conformance.Config{
		Endpoint: f.endpoint,
		Fixture:  f.fixture,
		Timeout:  f.timeout,
		Limit:    f.limit,
		Seed:     cmp.Or(f.seed, rand.Uint64()),
	}
	var err error
	if config.Cases, err = conformance.Select(f.cases...); err != nil {
		return config, fmt.Errorf("--case: %w (a * may stand at its end); see scp-conformance cases", err)
	}
	if config.Clients, err = clients(f.versions); err != nil {
		return config, fmt.Errorf("--api-version: %w", err)
	}
	if config.Day, err = dayFlag(f.at); err != nil {
		return config, err
	}
	if config.Table, err = loadTable(f.table); err != nil {
		return config, err
	}
	if err := config.Harm.UnmarshalText([]byte(f.harm)); err != nil {
		return config, fmt.Errorf("--harm: %w", err)
	}
	for name, d := range map[string]time.Duration{"timeout": f.timeout, "limit": f.limit} {
		if d <= 0 {
			return config, fmt.Errorf("--%s is %s, but has to be more than zero", name, d)
		}
	}
	return config, nil
}

// clients returns those of the versions that were named, or all for none.
func clients(versions []string) ([]gen.Client, error) {
	wanted := map[lifecycle.ID]bool{}
	for _, version := range versions {
		id, err := lifecycle.ParseID(strings.TrimSpace(version))
		if err != nil {
			return nil, err
		}
		wanted[id] = true
	}
	var known []string
	chosen := slices.DeleteFunc(gen.Clients(), func(c gen.Client) bool {
		known = append(known, c.ID.String())
		found := wanted[c.ID]
		delete(wanted, c.ID)
		return len(versions) > 0 && !found
	})
	for id := range wanted {
		return nil, fmt.Errorf("there is no document of version %s; there is %s", id, strings.Join(known, ", "))
	}
	return chosen, nil
}

// startMock starts the built-in mock on a free port of this machine, for a config to judge.
func startMock(ctx context.Context, config *conformance.Config) (stop func(), err error) {
	const delay = 5 * time.Millisecond // long enough for Detaching to be seen
	config.Credentials = mockCredentials()
	handler, err := mock.New([]signing.Credentials{config.Credentials}, mock.WithDelay(delay), mock.WithDay(config.Day), mock.WithTable(config.Table))
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the built-in mock: %w", err)
	}
	config.Endpoint = "http://" + listener.Addr().String()
	// The mock outlives an interrupted run, which ends by itself, to answer what is under way.
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = serve(ctx, listener, handler) // what ends it early shows in the verdicts
	}()
	return func() { cancel(); <-served }, nil
}
