package main

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// refuseEmpty makes every flag of a command refuse an empty value, and an empty element of a list. Such a
// value is an unset variable of a script, and would otherwise mean the default: another endpoint, say.
func refuseEmpty(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if list, ok := f.Value.(pflag.SliceValue); ok {
			f.DefValue = "" // not "[]", which help would print
			f.Value = struct {
				nonEmpty
				pflag.SliceValue
			}{nonEmpty{f.Value}, list}
			return
		}
		f.Value = nonEmpty{f.Value}
	})
}

type nonEmpty struct{ pflag.Value }

var errEmpty = errors.New("is empty: give it a value, or leave it out")

// Set implements pflag.Value.
func (v nonEmpty) Set(text string) error {
	elements := []string{text}
	if _, list := v.Value.(pflag.SliceValue); list {
		elements = strings.Split(text, ",")
	}
	for _, element := range elements {
		if strings.TrimSpace(element) == "" {
			return errEmpty
		}
	}
	return v.Value.Set(text)
}

// flagError puts what is wrong with a flag into a sentence that begins with its name.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "" {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
		return fmt.Errorf("%w%s", err, didYouMean("--"+unknown.GetSpecifiedName(), names))
	}
	var invalid *pflag.InvalidValueError
	if !errors.As(err, &invalid) {
		return err
	}
	name, cause := "--"+invalid.GetFlag().Name, invalid.Unwrap()
	var number *strconv.NumError
	switch {
	case errors.Is(cause, errEmpty):
		return fmt.Errorf("%s %w", name, cause)
	case errors.As(cause, &number):
		return fmt.Errorf("%s: %q is not %s", name, invalid.GetValue(), cmp.Or(plainTypes[invalid.GetFlag().Value.Type()], "a number"))
	}
	return fmt.Errorf("%s: %w", name, cause)
}

// plainTypes are the types of flags in words.
var plainTypes = map[string]string{"bool": "true or false", "uint64": "a number from 0 up"}

// didYouMean names the words that are near to what was written, or prefix it, in parentheses.
func didYouMean(written string, names []string) string {
	// What cobra takes for near, for commands and all else alike.
	known := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, name := range names {
		known.AddCommand(&cobra.Command{Use: name, Run: func(*cobra.Command, []string) {}})
	}
	near := known.SuggestionsFor(written)
	const most = 3
	if len(near) == 0 || len(near) > most {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s?)", strings.Join(near, " or "))
}

// narrow makes a usage template of cobra's keep to 80 columns.
func narrow(template string) string {
	return strings.NewReplacer(
		".FlagUsages ", ".FlagUsagesWrapped 80 ",
		" for more information about a command", " for more",
	).Replace(template)
}
