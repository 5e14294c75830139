package main

import (
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// everyCommand calls f with each command of ours, and with its path as arguments.
func everyCommand(f func(cmd *cobra.Command, path []string)) {
	for _, cmd := range ours(rootCommand(io.Discard, io.Discard)) {
		f(cmd, strings.Fields(cmd.CommandPath())[1:])
	}
}

// TestEmptyFlags: a flag that is given an empty value, as an unset variable of a script is, ends every
// command with 2, and is named.
func TestEmptyFlags(t *testing.T) {
	t.Parallel()
	tried := 0
	everyCommand(func(cmd *cobra.Command, path []string) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			flag := "--" + f.Name
			ways := [][]string{{flag + "="}, {flag, ""}, {flag + "= "}}
			if f.NoOptDefVal != "" { // a boolean takes no word of its own
				ways = [][]string{{flag + "="}, {flag + "= "}}
			}
			if list, ok := f.Value.(pflag.SliceValue); ok {
				require.Empty(t, list.GetSlice())
				ways = append(ways, []string{flag, "1.2,"}, []string{flag, ",1.2"}, []string{flag, "1.2", flag, ""})
			}
			for _, way := range ways {
				tried++
				args := slices.Concat(path, way)
				code, out, errs := call(t, args...)
				assert.Equal(t, 2, code, "%q", args)
				assert.Empty(t, out, "%q", args)
				assert.Contains(t, errs, flag+" is empty", "%q", args)
			}
		})
	})
	assert.Greater(t, tried, 100)
}

// TestHelp: the help of each command fits 80 columns, and shows an example.
func TestHelp(t *testing.T) {
	t.Parallel()
	everyCommand(func(cmd *cobra.Command, path []string) {
		code, out, errs := call(t, append(path, "--help")...)
		assert.Equal(t, 0, code, errs)
		for line := range strings.Lines(out) {
			assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), 80, line)
		}
		if name := cmd.Name(); name != "completion" && name != "help" {
			assert.Contains(t, out, "Examples:\n  "+cmd.CommandPath())
		}
	})
}

// TestExamples: the examples of every help are calls that work, as far as flags tell.
func TestExamples(t *testing.T) {
	t.Parallel()
	everyCommand(func(cmd *cobra.Command, _ []string) {
		for line := range strings.Lines(cmd.Example) {
			words := strings.Fields(strings.ReplaceAll(line, "'", ""))
			if words[0] != cmd.Root().Name() { // another program, which uses what this one serves
				continue
			}
			called, rest, err := rootCommand(io.Discard, io.Discard).Find(words[1:])
			require.NoError(t, err, line)
			call, _, _ := strings.Cut(strings.Join(rest, " "), " > ")
			assert.NoError(t, called.ParseFlags(strings.Fields(call)), line)
		}
	})
}

func TestDidYouMean(t *testing.T) {
	t.Parallel()
	names := []string{"run", "cases", "mock", "versions", "version"}
	for written, want := range map[string]string{
		"rum": " (did you mean run?)", "case": " (did you mean cases?)", "vresion": " (did you mean version?)",
		"versi": " (did you mean versions or version?)", "judge": "", "": "",
	} {
		assert.Equal(t, want, didYouMean(written, names), written)
	}
}

func TestColumns(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/out")
	require.NoError(t, err)
	defer file.Close()
	for set, want := range map[string]int{"": 80, "100": 100, "60": 60, "1": 40, "-5": 80, "wide": 80} {
		t.Setenv("COLUMNS", set)
		assert.Equal(t, want, columns(&output{Writer: file}), set)
	}
}
