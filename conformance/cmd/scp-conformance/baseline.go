package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/cases"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// baselineFlags are the flags of run that are about what is known.
type baselineFlags struct {
	read, write string
}

func (f *baselineFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.read, "baseline", "", "accept the known findings that this `file` lists")
	cmd.Flags().StringVar(&f.write, "write-baseline", "", "write what was found to a new `file`, to accept with --baseline")
	completeFile(cmd, "baseline")
	completeFile(cmd, "write-baseline")
}

// load reads the baseline, which is nil if none is named. It refuses to write one over a file.
func (f *baselineFlags) load(day lifecycle.Date) (*conformance.Baseline, error) {
	if f.write != "" {
		if _, err := os.Lstat(f.write); err == nil {
			return nil, fmt.Errorf("--write-baseline: %s: %w; name another file", f.write, fs.ErrExist)
		}
		if err := writable(f.write); err != nil {
			return nil, fmt.Errorf("--write-baseline: %w", err)
		}
	}
	if f.read == "" {
		return nil, nil //nolint:nilnil // no baseline is one without entries
	}
	file, err := openFile(f.read)
	if err != nil {
		return nil, fmt.Errorf("--baseline: %w", err)
	}
	defer file.Close()
	baseline, err := conformance.LoadBaseline(file, f.read, cases.All(), day)
	if err != nil {
		return nil, fmt.Errorf("--baseline: %s: %w", f.read, err)
	}
	return baseline, nil
}

// store writes the new baseline, if one is named.
func (f *baselineFlags) store(r *conformance.Report, held *conformance.Baseline) error {
	if f.write == "" {
		return nil
	}
	err := writeNew(f.write, func(w io.Writer) error { return conformance.WriteBaseline(w, r, held) })
	if err != nil {
		return fmt.Errorf("--write-baseline: %s: %w", f.write, err)
	}
	return nil
}
