package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/cases"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/conformance/report"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// runFlags are the flags of run.
type runFlags struct {
	config      conformance.Config // what the flags set as it is
	connection  connection
	credentials string
	cases       []string
	versions    []string
	table       string
	allow       string
	written
	baseline baselineFlags
	previous string
}

func runCommand() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Ask every case of every version, and give a verdict",
		Long: `Ask every case of every version, and give a verdict. What is not a pass is
printed with the clause that is broken and the command that asks again.

  pass  as documented
  FAIL  not as documented
  diff  differs from what was only observed or is assumed
  ????  could not be judged
  skip  was not asked
  ERR!  the suite itself is at fault

Without --endpoint, run starts the built-in mock and judges that. With it, the
keys come from the first of these places that has them:
  --credentials FILE, which is {"access-key": "…", "secret-key": "…"}
  SCP_ACCESS_KEY and SCP_SECRET_KEY
  SCP_TF_ACCESS_KEY and SCP_TF_SECRET_KEY, as of the Terraform provider
  ~/.scpconf/credentials.json

An endpoint that is not on this machine is live, and so is any with --live. It
is sent a few requests a second at most, through the proxy that HTTPS_PROXY
names, if any. Cases of the classes reads and refused are asked: they change
nothing.
  --allow detaches   attaches and detaches --volume, and needs --server
  --allow dangerous  asks a server to do what it must refuse: a broken one may
                     harm it, so it also needs --sacrifice-server
On this machine everything is allowed, and the volumes and servers to try are
those of the mock, unless --volume, --server and the like name others.

When a run of an endpoint ends, its volumes are as they were found. After a run
that was killed, the next one puts them back, or says how to if it may change
nothing; scp-conformance restore puts them back at once.

Some cases have many variants: the ways to get a signature wrong, say. A run
asks a sample of each, drawn by --seed, and all of them with --all, which is
the default unless the endpoint is live.

A baseline lists what is known and accepted, each with a reason and a last day.
With --baseline a run fails on everything else, on an entry that has expired,
and on one whose case passes or fails in another way. Begin one with
--write-baseline, and fill in the reasons.`,
		Example: `  scp-conformance run
  scp-conformance run --api-version 1.3 --case 'auth-*'
  scp-conformance run --endpoint http://127.0.0.1:8080 --credentials keys.json
  scp-conformance run --baseline known.yaml --out report/
  scp-conformance run --format json-lines | jq 'select(.verdict == "fail")'`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return flags.run(cmd) },
	}
	f := cmd.Flags()
	flags.connection.add(cmd, "judge the endpoint at this `URL` instead of the built-in mock")
	f.BoolVar(&flags.config.Live, "live", false, "treat an endpoint on this machine as one that people use")
	f.StringVar(&flags.config.Credentials.AccountID, "account-id", "", "send this account `ID` with every request, and sign it")
	f.StringVar(&flags.credentials, "credentials", "", "take the keys from this JSON `file`")
	completeFile(cmd, "credentials")
	f.StringSliceVar(&flags.cases, "case", nil, "ask only these cases: an `ID`, or the start of IDs and a *")
	completeFlag(cmd, "case", caseValues)
	f.StringSliceVar(&flags.versions, "api-version", nil, "ask only these `versions`, such as 1.2,1.3")
	completeFlag(cmd, "api-version", versionValues)
	liveFlags(cmd, &flags)
	lifecycleVar(cmd, &flags.table)
	configFlags(cmd, &flags.config)
	flags.add(cmd, lines)
	flags.baseline.add(cmd)
	f.StringVar(&flags.previous, "previous", "", "say what changed since the run whose report as JSON is this `file`")
	completeFile(cmd, "previous")
	return cmd
}

// configFlags adds the flags that go into a config as they are.
func configFlags(cmd *cobra.Command, config *conformance.Config) {
	f, fixture := cmd.Flags(), &config.Fixture
	dayVar(cmd, &config.Day, "judge states and dates as of this `day`")
	f.Uint64Var(&config.Seed, "seed", 0, "repeat the random IDs and samples of the run with this `number`, which each run prints (default a new one, or the number of the day for samples)")
	f.BoolVar(&config.All, "all", false, "ask every variant of each case, and not a sample (default unless the endpoint is live, or its answers are slow)")
	f.BoolVar(&config.Strict, "strict", false, "fail on what differs from what was only observed, or is assumed")
	f.BoolVar(&config.RequireComplete, "require-complete", false, "end with 3 if a clause was not judged")
	countVar(cmd, &config.Parallel, "parallel", 1, "how many versions to ask side by side (default all of a live endpoint, which take turns with its volumes, and of the built-in mock)")
	countVar(cmd, &config.Attempts, "attempts", conformance.DefaultAttempts, "how many times to try a case that cannot be judged")
	durationVar(cmd, &config.Timeout, "timeout", conformance.DefaultTimeout, "how long one request may take")
	durationVar(cmd, &config.CaseLimit, "case-limit", conformance.DefaultCaseLimit, "how long one case may take, with all its attempts")
	durationVar(cmd, &config.Settle, "settle", conformance.DefaultSettle, "how long attaching and detaching may take")
	durationVar(cmd, &config.Linger, "linger", conformance.DefaultLinger, "how long a detach must stay in effect")
	durationVar(cmd, &config.Limit, "limit", conformance.DefaultLimit, "how long the whole run may take")
	f.Var((*perSecond)(&config.Rate), "rps", fmt.Sprintf("how many requests to send a second at most (default %d to a live endpoint, no limit on this machine)", conformance.LiveRate))
	f.StringVar(&fixture.Volume, "volume", "", "`ID` of a data volume to attach and detach")
	f.StringVar(&fixture.SpareVolume, "spare-volume", "", "`ID` of another one")
	f.StringVar(&fixture.Server, "server", "", "`ID` of the server to attach them to")
	f.StringVar(&fixture.OtherServer, "other-server", "", "`ID` of a server that they are never attached to")
	f.StringVar(&fixture.SharedVolume, "shared-volume", "", "`ID` of a volume that may be attached to both servers at once")
	f.StringVar(&fixture.OSVolume, "os-volume", "", "`ID` of the server's OS volume, whose detach has to be refused")
}

func (f *runFlags) run(cmd *cobra.Command) error {
	config, err := f.complete(cmd)
	if err != nil {
		return usage(err)
	}
	if err := f.prepare(); err != nil {
		return usage(err)
	}
	signal.Ignore(syscall.SIGPIPE) // a run whose reader has gone ends in order, and writes its other reports
	notes := cmd.ErrOrStderr()
	if f.text.Quiet {
		notes = io.Discard
	}
	mocked := config.Endpoint == ""
	if mocked {
		stop, err := judgeMock(cmd, &config)
		if err != nil {
			return err
		}
		defer stop()
	}
	if err := config.Check(); err != nil {
		return usage(err)
	}
	fmt.Fprintln(notes, startLine(config, mocked))
	if age := config.Table.Age(config.Day); config.Table.Stale(config.Day) {
		fmt.Fprintf(notes, "The table of versions is old (%s): see scp-conformance versions.\n", age)
	}
	earlier, problem := f.earlier(cmd)
	var notices []string
	switch first := f.isFirst(problem); {
	case first:
		notices, problem = []string{"There is no earlier run to compare with: " + f.previous + " is not there yet, and this run writes it."}, nil
	case problem != nil:
		notices = []string{"The run is not compared with an earlier one: " + plain(problem)}
	}
	for _, text := range notices {
		fmt.Fprintln(cmd.ErrOrStderr(), text)
	}
	result, err := f.judge(cmd, notes, config)
	if err != nil {
		f.quoted.end(cmd.OutOrStdout())
		return usage(err)
	}
	if earlier != nil {
		result.Compare(earlier, f.previous)
	}
	result.Notices = append(result.Notices, notices...)
	if f.format == lines {
		_ = report.LastLine(cmd.OutOrStdout(), result)
	}
	f.text.Streamed = f.streams()
	err = errors.Join(f.deliver(cmd.OutOrStdout(), result), f.baseline.store(result, config.Baseline))
	code := result.ExitCode
	if err != nil || problem != nil {
		code = worse(code, conformance.ExitNotJudged) // what was proved stays proved
	}
	return &exit{err, code}
}

// judge runs the suite, and shows on the way what there is to show.
func (f *runFlags) judge(cmd *cobra.Command, notes io.Writer, config conformance.Config) (*conformance.Report, error) {
	ctx, stop := context.WithCancel(cmd.Context())
	defer stop()
	out := cmd.OutOrStdout()
	each := func(conformance.Result) {} // errors of standard output are told at the end
	switch {
	case f.format == lines:
		each = func(r conformance.Result) { _ = report.Line(out, r) }
	case f.streams():
		f.quoted.begin(out)
		text := fit(f.text, out)
		each = func(r conformance.Result) { _ = text.Result(out, r) }
		notes = io.Discard // what is printed shows how far it is
	}
	progress := newProgress(notes, len(config.Cases)*len(config.Clients))
	defer progress.clear()
	config.OnStart = progress.began
	config.OnNote = func(text string) {
		progress.clear()
		fmt.Fprintln(cmd.ErrOrStderr(), text)
	}
	config.OnResult = func(r conformance.Result) {
		progress.ended()
		each(r)
		if o, ok := out.(*output); ok && errors.Is(o.err, syscall.EPIPE) && f.out == "" && f.baseline.write == "" {
			stop() // nobody would see the rest
		}
	}
	return conformance.Run(ctx, config)
}

// streams reports whether a line of text is printed for each result as it ends.
func (f *runFlags) streams() bool { return f.format == "text" && f.text.Verbose }

// earlier is the report of --previous, or nil.
func (f *runFlags) earlier(cmd *cobra.Command) (*conformance.Report, error) {
	if f.previous == "" {
		return nil, nil //nolint:nilnil // none is named
	}
	reports, err := readFile(cmd.InOrStdin(), f.previous)
	if err == nil && len(reports) != 1 {
		err = fmt.Errorf("%s holds %d reports, and one is compared with one", f.previous, len(reports))
	}
	if err != nil {
		return nil, fmt.Errorf("--previous: %w", err)
	}
	return reports[0], nil
}

// isFirst reports whether a run has no earlier one for want of a first: the file of --previous is missing, and it is the
// one that the run itself writes into --out.
func (f *runFlags) isFirst(problem error) bool {
	if f.out == "" || !errors.Is(problem, fs.ErrNotExist) {
		return false
	}
	previous, err := filepath.Abs(f.previous)
	written, writtenErr := filepath.Abs(filepath.Join(f.out, forms(f.language)[0].file))
	return err == nil && writtenErr == nil && previous == written
}

// newSeed is the seed of a run that was given none. A run that asks a sample counts the days, so that a fortnight
// of nights asks everything; one that asks everything draws a number that is short to type, and exact for any
// JSON reader.
func newSeed(all bool) uint64 {
	if all {
		return uint64(rand.Uint32())
	}
	const day = 24 * time.Hour
	return uint64(time.Now().Unix()) / uint64(day/time.Second)
}

// complete reads what the flags name, and fills in what depends on the endpoint.
func (f *runFlags) complete(cmd *cobra.Command) (conformance.Config, error) {
	config := f.config
	err := f.connection.locate()
	if err == nil {
		config.Transport, err = f.connection.transport()
	}
	if err != nil {
		return config, err
	}
	config.Endpoint = f.connection.endpoint
	if f.credentials != "" && config.Endpoint == "" {
		return config, errors.New("--credentials are for an endpoint: name it with --endpoint")
	}
	config.Command = again(cmd)
	if config.Day.IsZero() {
		config.Day = lifecycle.On(time.Now())
	}
	if err := f.completeHarm(cmd, &config); err != nil {
		return config, err
	}
	if !cmd.Flags().Changed("all") {
		config.All = !config.Live
		config.SampleIfSlow = config.Endpoint != ""
	}
	if !cmd.Flags().Changed("seed") {
		config.Seed = newSeed(config.All)
	}
	config.Clauses = cases.Clauses()
	if config.Cases, err = selectCases(f.cases); err != nil {
		return config, err
	}
	if config.Clients, err = clients(f.versions); err != nil {
		return config, fmt.Errorf("--api-version: %w", err)
	}
	if config.Live && !cmd.Flags().Changed("parallel") { // they take turns with the volumes, and share the rate
		config.Parallel = len(config.Clients)
	}
	if config.Table, err = loadTable(f.table); err != nil {
		return config, err
	}
	if config.Endpoint != "" {
		found, err := findCredentials(cmd, f.credentials)
		if err != nil {
			return config, err
		}
		found.AccountID = config.Credentials.AccountID
		config.Credentials = found
	}
	config.Baseline, err = f.baseline.load(config.Day)
	return config, err
}

// selectCases are the cases of these names, or all.
func selectCases(names []string) ([]conformance.Case, error) {
	for _, name := range names {
		if _, err := cases.Select(name); err != nil {
			id, _, _ := strings.Cut(name, "/")
			var known []string
			for _, c := range cases.All() {
				known = append(known, c.ID)
			}
			return nil, fmt.Errorf("--case: %w%s; scp-conformance cases lists them", err, didYouMean(id, known))
		}
	}
	return cases.Select(names...)
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
			return nil, fmt.Errorf("unknown version %s: there are documents of %s", id, strings.Join(versionValues(), ", "))
		}
		wanted[id] = true
	}
	return slices.DeleteFunc(gen.Clients(), func(c gen.Client) bool { return len(wanted) > 0 && !wanted[c.ID] }), nil
}

// judgeMock starts the built-in mock for a config to judge. The mock is quick, and so is what depends on it.
func judgeMock(cmd *cobra.Command, config *conformance.Config) (stop func(), err error) {
	const delay = 2 * time.Millisecond // long enough for the state on the way to be seen
	if !cmd.Flags().Changed("linger") {
		config.Linger = 20 * delay
	}
	if !cmd.Flags().Changed("parallel") {
		config.Parallel = len(config.Clients)
	}
	account := config.Credentials.AccountID
	config.Credentials = mockCredentials()
	config.Credentials.AccountID = account
	world := mock.DefaultWorld()
	if config.Fixture == mockFixture {
		world = fixtureEach(config)
	}
	handler, err := mock.New([]signing.Credentials{config.Credentials}, mock.WithWorld(world), mock.WithDelay(delay), mock.WithDay(config.Day), mock.WithTable(config.Table))
	if err != nil {
		return nil, err
	}
	config.Endpoint, stop, err = startMock(handler)
	return stop, err
}
