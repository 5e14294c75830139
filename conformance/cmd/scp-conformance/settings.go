package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v4"

	"github.com/scp-openapi/virtualserver/conformance/report/safe"
)

// What a flag says can be said by an environment variable and by a file as well. A flag comes before its variable,
// and that before the file. Keys have other places: see --credentials.

// variablePrefix begins the variables of flags: SCP_CONFORMANCE_CASE_LIMIT is --case-limit.
const variablePrefix = "SCP_CONFORMANCE_"

func variableOf(flag string) string {
	return variablePrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// configFlag names the file. It is a flag of every command that has others.
const configFlag = "config"

// neverSettings are flags that nothing but the command line says: help, and keys, which the mock takes for tests.
var neverSettings = []string{"help", "access-key", "secret-key"}

// insteadOf are the flags that one makes needless: --endpoint on the command line comes before a region in a file.
var insteadOf = map[string][]string{
	"endpoint":    {"region", "environment"},
	"region":      {"endpoint"},
	"environment": {"endpoint"},
}

// setting is what a variable or a file says for a flag.
type setting struct {
	flag   string
	from   string // where it stands, for errors
	values []string
}

// settable has a command take its flags from variables and a file too.
func settable(cmd *cobra.Command) {
	if !cmd.HasAvailableLocalFlags() || cmd.RunE == nil {
		return
	}
	cmd.Flags().String(configFlag, "", "take what no flag and no variable says from this YAML `file`")
	completeFile(cmd, configFlag)
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		if err := settle(cmd); err != nil {
			return usage(err)
		}
		return nil
	}
	var names []string
	for _, flag := range settingsOf(cmd) {
		names = append(names, variableOf(flag.Name))
	}
	text := "Each flag can be set by a variable, and in a file that --config names, by the flag's name. " +
		"A flag comes before its variable, and that before the file."
	cmd.Annotations = map[string]string{
		"variables": strings.Join(slices.Concat(safe.Wrap(text, 78), safe.Wrap(strings.Join(names, ", "), 78)), "\n  "),
	}
}

// variablesTemplate is the part of the usage that lists the variables.
const variablesTemplate = `{{with index .Annotations "variables"}}
Variables:
  {{.}}
{{end}}`

// settingsOf are the flags of a command that a variable or a file may say.
func settingsOf(cmd *cobra.Command) []*pflag.Flag {
	var list []*pflag.Flag
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !slices.Contains(neverSettings, f.Name) {
			list = append(list, f)
		}
	})
	return list
}

// allSettings are the settings of all commands: a file may serve several.
func allSettings(root *cobra.Command) map[string][]*pflag.Flag {
	all := map[string][]*pflag.Flag{}
	for _, cmd := range ours(root) {
		if cmd.PreRunE == nil {
			continue
		}
		for _, f := range settingsOf(cmd) {
			all[f.Name] = append(all[f.Name], f)
		}
	}
	return all
}

// settle sets the flags that were not given: from variables, and then from the file.
func settle(cmd *cobra.Command) error {
	all := allSettings(cmd.Root())
	variables, err := readVariables(os.Environ(), slices.Sorted(maps.Keys(all)))
	if err == nil {
		err = apply(cmd, variables)
	}
	if err != nil {
		return err
	}
	var file []setting
	if name := cmd.Flags().Lookup(configFlag).Value.String(); name != "" {
		delete(all, configFlag)
		if file, err = readSettings(name, all); err != nil {
			return fmt.Errorf("--config: %w", err)
		}
	}
	if err := wholePlace(cmd, slices.Concat(variables, file)); err != nil {
		return err
	}
	return apply(cmd, file)
}

// wholePlace refuses a region without an environment, and the other way round, wherever the two are said. Beside an
// endpoint that comes first, it would go unnoticed.
func wholePlace(cmd *cobra.Command, settings []setting) error {
	said := func(name string) bool {
		return cmd.Flags().Changed(name) || slices.ContainsFunc(settings, func(s setting) bool { return s.flag == name })
	}
	if cmd.Flags().Lookup("region") == nil {
		return nil
	}
	for _, s := range settings {
		for one, other := range map[string]string{"region": "environment", "environment": "region"} {
			if s.flag == one && !said(other) {
				return fmt.Errorf("%s: --%s goes with --%s", s.from, one, other)
			}
		}
	}
	return nil // of flags alone, connection says so
}

// apply sets the flags of a command that nothing before has said.
func apply(cmd *cobra.Command, settings []setting) error {
	said := map[string]bool{}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		for _, name := range append(insteadOf[f.Name], f.Name) {
			said[name] = true
		}
	})
	for _, s := range settings {
		if cmd.Flags().Lookup(s.flag) == nil || said[s.flag] {
			continue // it is for another command
		}
		if len(s.values) > 1 && !isList(cmd.Flags().Lookup(s.flag)) {
			return fmt.Errorf("%s: --%s takes one value, and no list", s.from, s.flag)
		}
		for _, value := range s.values {
			if err := cmd.Flags().Set(s.flag, value); err != nil {
				return fmt.Errorf("%s: %w", s.from, flagError(cmd, err))
			}
		}
	}
	return nil
}

// serviceVariable matches what Kubernetes sets for services of its own: scp-conformance, say.
var serviceVariable = regexp.MustCompile(`_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$`)

// readVariables reads the settings of an environment. It refuses a variable that is for no flag: a misspelled one
// would leave the default in place, another endpoint, say.
func readVariables(environ, known []string) ([]setting, error) {
	flags := map[string]string{}
	for _, flag := range known {
		flags[variableOf(flag)] = flag
	}
	var settings []setting
	for _, pair := range slices.Sorted(slices.Values(environ)) {
		name, value, _ := strings.Cut(pair, "=")
		flag, is := flags[name]
		switch {
		case !strings.HasPrefix(name, variablePrefix), !is && serviceVariable.MatchString(name):
			continue
		case !is:
			return nil, fmt.Errorf("%s is %w", name, unknown(name, slices.Collect(maps.Keys(flags))))
		case strings.TrimSpace(value) == "":
			return nil, fmt.Errorf("%s is empty: give it a value, or unset it", name)
		}
		settings = append(settings, setting{flag, name, []string{value}})
	}
	return settings, nil
}

var secretWord = regexp.MustCompile(`(?i)secret|passw|token|access.?key|private|credential`)

// unknown says that a name is not that of a setting. A secret is told where it belongs.
func unknown(name string, known []string) error {
	if secretWord.MatchString(name) {
		return errors.New("not read: keys are taken from --credentials, SCP_ACCESS_KEY and SCP_SECRET_KEY")
	}
	slices.Sort(known)
	return fmt.Errorf("not a setting of scp-conformance%s", didYouMean(name, known))
}

// readSettings reads a file of settings. Its errors name the line, and repeat no value.
func readSettings(name string, flags map[string][]*pflag.Flag) ([]setting, error) {
	const most = 64 << 10
	data, err := readSmall(name, most)
	if err != nil {
		return nil, err
	}
	var whole yaml.Node
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, fmt.Errorf("%s is empty", name)
	}
	if err := yaml.Load(data, &whole); err != nil {
		if at, ok := errors.AsType[*yaml.LoadError](err); ok {
			return nil, fmt.Errorf("%s:%d: %s", name, max(1, at.Mark.Line), strings.TrimPrefix(at.Message, "yaml: "))
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	top := &whole
	if top.Kind == yaml.DocumentNode && len(top.Content) == 1 {
		top = top.Content[0]
	}
	if top.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s:%d: does not hold keys and values, such as timeout: 20s", name, max(1, top.Line))
	}
	var settings []setting
	seen := map[string]bool{}
	for pair := range slices.Chunk(top.Content, 2) {
		key, from := pair[0].Value, fmt.Sprintf("%s:%d", name, pair[0].Line)
		switch {
		case pair[0].Kind != yaml.ScalarNode:
			return nil, fmt.Errorf("%s: a key is not a word", from)
		case flags[key] == nil:
			return nil, fmt.Errorf("%s: %s is %w", from, repeatable(key), unknown(key, slices.Collect(maps.Keys(flags))))
		case seen[key]:
			return nil, fmt.Errorf("%s: %s is there twice", from, key)
		}
		seen[key] = true
		values, err := settingValues(pair[1], isSwitch(flags[key][0]), slices.ContainsFunc(flags[key], isList))
		if err != nil {
			return nil, fmt.Errorf("%s: %s %w", from, key, err)
		}
		settings = append(settings, setting{key, from, values})
	}
	return settings, nil
}

// settingValues are the values of a key, as they are written: 1.10 stays 1.10.
func settingValues(node *yaml.Node, isSwitch, isList bool) ([]string, error) {
	nodes := []*yaml.Node{node}
	if node.Kind == yaml.SequenceNode {
		if !isList {
			return nil, errors.New("takes one value, and no list")
		}
		nodes = node.Content
	}
	if len(nodes) == 0 {
		return nil, errEmpty
	}
	var values []string
	for _, n := range nodes {
		tag := n.ShortTag()
		switch {
		case n.Kind != yaml.ScalarNode:
			return nil, errors.New("is neither a value nor a list of values")
		case tag == "!!null":
			return nil, errEmpty
		case isSwitch && tag != "!!bool":
			return nil, errors.New("is not true or false")
		case !isSwitch && tag == "!!bool":
			return nil, errors.New("is true or false, which it cannot be: quote it if it is a name")
		}
		values = append(values, n.Value)
	}
	return values, nil
}

// isSwitch reports whether a flag is true or false.
func isSwitch(f *pflag.Flag) bool { return f.NoOptDefVal != "" }

// isList reports whether a flag takes several values.
func isList(f *pflag.Flag) bool {
	_, is := f.Value.(pflag.SliceValue)
	return is
}
