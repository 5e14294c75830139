package main

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// notAgain are the flags that say which case to ask, what to hold the result against, and where and how to write
// it: the command asks again what the endpoint does.
var notAgain = []string{
	"case", "api-version", "at", "seed", "baseline", "write-baseline", "previous", "out", "lang", "format", "grid", "quiet", "verbose", configFlag,
}

// again is the command as it was called, for a shell, without the flags notAgain. It runs where the command was
// called.
func again(cmd *cobra.Command) string {
	words := append([]string{program()}, strings.Fields(cmd.CommandPath())[1:]...)
	add := func(name, value string) { words = append(words, "--"+name, quote(value)) }
	cmd.Flags().Visit(func(f *pflag.Flag) {
		list, isList := f.Value.(pflag.SliceValue)
		switch {
		case slices.Contains(notAgain, f.Name):
		case isList:
			for _, element := range list.GetSlice() {
				add(f.Name, element)
			}
		case f.NoOptDefVal != "": // true or false, which does not stand in a word of its own
			words = append(words, "--"+f.Name+"="+f.Value.String())
		default:
			add(f.Name, f.Value.String())
		}
	})
	return strings.Join(words, " ")
}

// program is what a shell calls this program by: its name if PATH leads to it, else as it was called.
func program() string {
	const name = "scp-conformance"
	if found, err := exec.LookPath(name); err == nil {
		there, _ := os.Stat(found)
		self, err := os.Executable()
		if err == nil {
			here, _ := os.Stat(self)
			if there != nil && here != nil && os.SameFile(there, here) {
				return name
			}
		}
	}
	return quote(os.Args[0])
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)

// quote writes a word for a shell.
func quote(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
