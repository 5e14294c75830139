package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/conformance/report"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// runFlags are the flags of run.
type runFlags struct {
	config      conformance.Config // what flags set as it is
	credentials string
	cases       []string
	versions    []string
	table       string
	harm        string
	quiet       bool
}

func runCommand() *cobra.Command {
	flags := runFlags{harm: conformance.HarmDangerous.String()}
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Ask every case of every version, and give a verdict",
		Long: `Ask every case of every version, and give a verdict.

Without --endpoint, run starts the built-in mock and judges that. With it, the
keys come from the first of these places that has them:
  --credentials FILE                       {"access-key": "…", "secret-key": "…"}
  SCP_ACCESS_KEY and SCP_SECRET_KEY
  SCP_TF_ACCESS_KEY and SCP_TF_SECRET_KEY  as the Terraform provider reads them
  ~/.scpconf/credentials.json

The volumes and servers to try are those of the mock, unless --volume, --server
and the like name others. When the run ends, the volume may be attached to the
server or not. A certificate of your own is trusted if SSL_CERT_FILE names it.`,
		Example: `  scp-conformance run
  scp-conformance run --api-version 1.3 --case 'auth-*'
  scp-conformance run --endpoint http://127.0.0.1:8080 --credentials keys.json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return flags.run(cmd) },
	}
	f, config := cmd.Flags(), &flags.config
	f.Var(&endpoint{&config.Endpoint}, "endpoint", "judge the endpoint at this `URL` instead of the built-in mock")
	f.StringVar(&flags.credentials, "credentials", "", "take the keys from this JSON `file`")
	f.StringSliceVar(&flags.cases, "case", nil, "ask only these cases: an `ID`, or the start of IDs and a *")
	f.StringSliceVar(&flags.versions, "api-version", nil, "ask only these `versions`, such as 1.2,1.3")
	dayVar(cmd, &config.Day, "judge states and dates as of this `day`")
	choiceVar(cmd, &flags.harm, "harm", []string{"reads", "refused", "detaches", "dangerous"}, "the most harmful `class` of cases to ask")
	f.Uint64Var(&config.Seed, "seed", 0, "repeat the random IDs of the run with this `number` (default a new one)")
	f.BoolVar(&flags.quiet, "quiet", false, "print only what is not a pass, and the verdict")
	durationVar(cmd, &config.Timeout, "timeout", conformance.DefaultTimeout, "how long one request may take")
	durationVar(cmd, &config.Limit, "limit", conformance.DefaultLimit, "how long the whole run may take")
	f.StringVar(&config.Fixture.Volume, "volume", mock.VolumeID, "`ID` of a data volume to attach and detach")
	f.StringVar(&config.Fixture.Server, "server", mock.ServerID, "`ID` of the server to attach it to")
	f.StringVar(&config.Fixture.OtherServer, "other-server", mock.OtherServerID, "`ID` of a server that the volume is never attached to")
	f.StringVar(&config.Fixture.SharedVolume, "shared-volume", mock.SharedID, "`ID` of a volume that may be attached to both servers at once")
	f.StringVar(&config.Fixture.OSVolume, "os-volume", mock.OSVolumeID, "`ID` of the server's OS volume, whose detach has to be refused")
	completeFile(cmd, "credentials")
	completeFlag(cmd, "case", caseValues())
	completeFlag(cmd, "api-version", versionValues())
	lifecycleVar(cmd, &flags.table)
	return cmd
}

func (f *runFlags) run(cmd *cobra.Command) error {
	config, err := f.complete()
	if err != nil {
		return usage(err)
	}
	if config.Endpoint != "" {
		if config.Credentials, err = findCredentials(cmd, f.credentials); err != nil {
			return usage(err)
		}
	} else {
		stop, err := judgeMock(cmd, &config)
		if err != nil {
			return err
		}
		defer stop()
	}
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

// complete reads what the flags name.
func (f *runFlags) complete() (conformance.Config, error) {
	config := f.config
	config.Seed = cmp.Or(config.Seed, rand.Uint64())
	if config.Day.IsZero() {
		config.Day = lifecycle.On(time.Now())
	}
	var err error
	if config.Cases, err = f.selectCases(); err != nil {
		return config, err
	}
	if config.Clients, err = clients(f.versions); err != nil {
		return config, fmt.Errorf("--api-version: %w", err)
	}
	if config.Table, err = loadTable(f.table); err != nil {
		return config, err
	}
	return config, config.Harm.UnmarshalText([]byte(f.harm))
}

// selectCases are the cases that --case names, or all.
func (f *runFlags) selectCases() ([]conformance.Case, error) {
	for _, name := range f.cases {
		if _, err := conformance.Select(name); err != nil {
			var known []string
			for _, c := range conformance.Cases() {
				known = append(known, c.ID)
			}
			return nil, fmt.Errorf("--case: %w%s; see scp-conformance cases", err, didYouMean(name, known))
		}
	}
	return conformance.Select(f.cases...)
}

// clients are the clients of the versions that are named, or all.
func clients(versions []string) ([]gen.Client, error) {
	wanted := map[lifecycle.ID]bool{}
	for _, version := range versions {
		id, err := lifecycle.ParseID(strings.TrimSpace(version))
		if err != nil {
			return nil, err
		}
		if !slices.Contains(versionValues(), id.String()) {
			return nil, fmt.Errorf("no document of version %s; there are %s", id, strings.Join(versionValues(), ", "))
		}
		wanted[id] = true
	}
	return slices.DeleteFunc(gen.Clients(), func(c gen.Client) bool { return len(wanted) > 0 && !wanted[c.ID] }), nil
}

// judgeMock starts the built-in mock for a config to judge.
func judgeMock(cmd *cobra.Command, config *conformance.Config) (stop func(), err error) {
	const delay = 5 * time.Millisecond // long enough for the state on the way to be seen
	config.Credentials = mockCredentials()
	handler, err := mock.New([]signing.Credentials{config.Credentials}, mock.WithDelay(delay), mock.WithDay(config.Day), mock.WithTable(config.Table))
	if err != nil {
		return nil, err
	}
	config.Endpoint, stop, err = startMock(cmd.Context(), handler)
	return stop, err
}
