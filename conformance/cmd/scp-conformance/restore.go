package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scp-openapi/virtualserver/conformance"
)

// restoreFlags are the flags of restore.
type restoreFlags struct {
	connection
	config      conformance.Config
	credentials string
}

func restoreCommand() *cobra.Command {
	var flags restoreFlags
	cmd := &cobra.Command{
		Use:   "restore",
		Short: "Put volumes back that a run left changed",
		Long: `Put volumes back that a run left changed, as it was killed or lost the network.

A run writes down what its volumes are attached to before it changes that, and
puts them back at its end. What it could not put back stays written down: the
next run of that endpoint puts it back first, and restore does at once. It
attaches and detaches those volumes, and those alone.

The keys come from the same places as those of run.`,
		Example: `  scp-conformance restore
  scp-conformance restore --endpoint https://virtualserver.example.com`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return flags.restore(cmd) },
	}
	f := cmd.Flags()
	flags.add(cmd, "put back only volumes of the endpoint at this `URL`")
	f.StringVar(&flags.config.Credentials.AccountID, "account-id", "", "send this account `ID` with every request, and sign it")
	f.StringVar(&flags.credentials, "credentials", "", "take the keys from this JSON `file`")
	completeFile(cmd, "credentials")
	stateDirVar(cmd, &flags.config.StateDir)
	durationVar(cmd, &flags.config.Timeout, "timeout", conformance.DefaultLiveTimeout, "how long one request may take")
	durationVar(cmd, &flags.config.Settle, "settle", conformance.DefaultLiveSettle, "how long putting one volume back may take")
	return cmd
}

func (f *restoreFlags) restore(cmd *cobra.Command) error {
	config, err := f.complete(cmd)
	if err != nil {
		return usage(err)
	}
	left, err := conformance.Left(config.StateDir, config.Endpoint)
	if err != nil {
		return err
	}
	if len(left) == 0 {
		return f.nothing(cmd, config)
	}
	out := cmd.OutOrStdout()
	found, err := findCredentials(cmd, f.credentials)
	if err != nil {
		return usage(err)
	}
	found.AccountID = config.Credentials.AccountID
	config.Credentials = found
	restored, err := conformance.Restore(cmd.Context(), config)
	if err != nil {
		return err
	}
	var errs []error
	for _, r := range restored {
		if r.Err != nil {
			errs = append(errs, r.Err)
			continue
		}
		fmt.Fprintln(out, r.Text)
	}
	return errors.Join(errs...)
}

// nothing says that nothing is left, where it looked, and what is left of other endpoints.
func (f *restoreFlags) nothing(cmd *cobra.Command, config conformance.Config) error {
	what := "Nothing"
	if config.Endpoint != "" {
		what += " of " + config.Endpoint
	}
	others, err := conformance.Left(config.StateDir, "")
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s is left to put back, by the ledger in %s.", what, config.StateDir)
	if len(others) > 0 {
		slices.Sort(others)
		text += " It holds volumes of " + strings.Join(slices.Compact(others), " and ") + "."
	}
	ledgers, err := conformance.Ledgers()
	if err != nil {
		return err
	}
	for _, dir := range ledgers {
		if own, err := filepath.Abs(config.StateDir); err != nil || dir != own {
			text += " Another ledger holds some: look there with --state-dir " + dir + "."
		}
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), text)
	return err
}

// complete reads what the flags name. A directory that somebody named has to be there: that nothing is left in one that
// is not says nothing.
func (f *restoreFlags) complete(cmd *cobra.Command) (conformance.Config, error) {
	config := f.config
	if err := f.locate(); err != nil {
		return config, err
	}
	config.Endpoint = f.endpoint
	var err error
	if cmd.Flags().Changed("state-dir") {
		var info fs.FileInfo
		info, err = os.Stat(config.StateDir)
		if err == nil && !info.IsDir() {
			err = fmt.Errorf("%s is not a directory", config.StateDir)
		}
		if err != nil {
			return config, fmt.Errorf("--state-dir: %w", err)
		}
	} else if config.StateDir, err = conformance.DefaultStateDir(); err != nil {
		return config, err
	}
	config.Transport, err = f.transport()
	return config, err
}
