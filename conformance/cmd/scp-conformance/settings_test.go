package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
)

var update = flag.Bool("update", false, "write the files that are made of the code")

// schemaFile is what editors check a file of --config by. It is made of the flags, with -update.
const schemaFile = "config.schema.json"

// TestConfigSchema: the schema is that of the flags.
func TestConfigSchema(t *testing.T) {
	t.Parallel()
	schema, err := json.MarshalIndent(schemaOfFlags(), "", "  ")
	require.NoError(t, err)
	schema = append(schema, '\n')
	if *update {
		require.NoError(t, os.WriteFile(schemaFile, schema, 0o644))
	}
	want, err := os.ReadFile(schemaFile)
	require.NoError(t, err, "make it with -update")
	require.Equal(t, string(want), string(schema), "make it with -update")
}

func schemaOfFlags() map[string]any {
	all := allSettings(rootCommand(io.Discard, io.Discard))
	delete(all, configFlag)
	properties := map[string]any{}
	for name, flags := range all {
		var kinds []any
		for _, f := range flags {
			kind := schemaOf(f)
			if len(kinds) == 0 || !reflect.DeepEqual(kinds[len(kinds)-1], kind) {
				kinds = append(kinds, kind)
			}
		}
		_, usage := pflag.UnquoteUsage(flags[len(flags)-1])
		if len(kinds) == 1 {
			kind := kinds[0].(map[string]any)
			kind["description"] = usage
			properties[name] = kind
			continue
		}
		properties[name] = map[string]any{"description": usage, "anyOf": kinds} // as another command has it
	}
	return map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A file for scp-conformance --config",
		"type": "object", "minProperties": 1, "properties": properties, "additionalProperties": false,
	}
}

// schemaOf is the schema of what a flag takes. Numbers stand for themselves where a word is wanted: 1.3 is a version.
func schemaOf(f *pflag.Flag) map[string]any {
	word := func() map[string]any { return map[string]any{"type": []string{"string", "number"}, "pattern": `\S`} }
	kind := f.Value
	if own, ok := kind.(nonEmpty); ok {
		kind = own.Value
	}
	switch v := kind.(type) {
	case *choice:
		return map[string]any{"enum": v.names}
	case *count:
		return map[string]any{"type": "integer", "minimum": 1, "maximum": 65535}
	case *perSecond:
		return map[string]any{"type": "number", "minimum": 0.01, "maximum": 10_000}
	case *day:
		return map[string]any{"type": "string", "pattern": `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`}
	case *duration:
		return map[string]any{"type": "string", "pattern": `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$`}
	case *days:
		return map[string]any{"type": []string{"string", "integer"}, "pattern": `^[0-9]+d?$`, "minimum": 0}
	case *endpoint:
		return map[string]any{"type": "string", "pattern": `^[Hh][Tt][Tt][Pp][Ss]?://`}
	}
	switch {
	case isList(f):
		return map[string]any{"anyOf": []any{word(), map[string]any{"type": "array", "minItems": 1, "items": word()}}}
	case isSwitch(f):
		return map[string]any{"type": "boolean"}
	case f.Value.Type() == "uint64":
		return map[string]any{"type": "integer", "minimum": 0}
	}
	return word()
}

// TestSettingsFile: what a file may hold, by the schema and by the command alike.
func TestSettingsFile(t *testing.T) {
	t.Parallel()
	schema := compileSchema(t)
	for _, c := range []struct{ name, file, refused string }{
		{"everything", everySetting, ""},
		{"a comment", "# nightly\nstrict: true\n", ""},
		{"a list in lines", "case:\n- form-*\n- ids-case\n", ""},
		{"a version", "api-version: 1.10\n", ""},
		{"one of a list", "case: form-*\n", ""},
		{"JSON", `{"strict": true, "timeout": "20s"}`, ""},
		{"an account that is a number", "account-id: 007\n", ""},
		{"false", "all: false\n", ""},

		{"unknown", "strict: true\nenpoint: https://h.example\n", `:2: "enpoint" is not a setting of scp-conformance (did you mean endpoint?)`},
		{"a file in the file", "config: other.yaml\n", `:1: "config" is not a setting`},
		{"help", "help: true\n", `:1: "help" is not a setting`},
		{"a secret", "secret-key: hunter2\n", `:1: "secret-key" is not read: keys are taken from --credentials, SCP_ACCESS_KEY and SCP_SECRET_KEY`},
		{"a password", "Password: hunter2\n", `:1: "Password" is not read`},
		{"an access key", "access_key: hunter2\n", `:1: "access_key" is not read`},
		{"a key with a URL", "https://user:hunter2@h.example: 1\n", `:1: a URL`},
		{"twice", "strict: true\nstrict: false\n", ":2: strict is there twice"},
		{"empty", "endpoint:\n", ":1: endpoint is empty"},
		{"blank", "endpoint: ' '\n", "--endpoint is empty"},
		{"an empty list", "case: []\n", ":1: case is empty"},
		{"an empty element", "case: [a, ]\ncase: [ '' ]\n", ":2: case is there twice"},
		{"a blank element", "case: [ '' ]\n", "--case is empty"},
		{"a list for one", "timeout: [1s, 2s]\n", ":1: timeout takes one value"},
		{"keys for one", "timeout: {a: b}\n", ":1: timeout is neither a value nor a list"},
		{"a word for a switch", "strict: 'true'\n", ":1: strict is not true or false"},
		{"yes", "strict: yes\n", ":1: strict is not true or false"},
		{"a switch for a word", "volume: true\n", ":1: volume is true or false, which it cannot be"},
		{"a duration", "timeout: 20\n", `:1: --timeout: "20" is not a duration`},
		{"a count", "parallel: 0\n", `:1: --parallel: "0" is not a number from 1 to 65535`},
		{"a rate", "rps: 0\n", `:1: --rps: "0" is not a number from 0.01 to 10000`},
		{"no rate", "rps: .nan\n", `:1: --rps: `},
		{"a seed", "seed: -1\n", ":1: --seed: "},
		{"a class", "allow: all\n", `:1: --allow: "all" is not one of`},
		{"a day", "at: tomorrow\n", `:1: --at: "tomorrow" is not a date`},
		{"an endpoint", "endpoint: h.example\n", ":1: --endpoint: "},
		{"nothing", "", " is empty"},
		{"comments alone", "# nothing\n", ":1: no documents"},
		{"a list", "- strict\n", ":1: does not hold keys and values"},
		{"a word", "strict\n", ":1: does not hold keys and values"},
		{"half a list", "case: [a\n", ":2: did not find"},
		{"two documents", "strict: true\n---\nall: true\n", "multiple"},
		{"a merge", "<<: {strict: true}\n", ":1: \"<<\" is not a setting"},
		{"an alias", "volume: &v x\nserver: *v\n", ":2: server is neither a value nor a list"},
		{"too long", "# " + strings.Repeat("x", 64<<10), "is larger than 64 KiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "settings.yaml")
			require.NoError(t, os.WriteFile(file, []byte(c.file), 0o600))
			err := settleRun(t, "--config", file)
			if c.refused == "" {
				require.NoError(t, err)
				require.NoError(t, bySchema(t, schema, c.file))
				return
			}
			require.ErrorContains(t, err, c.refused)
			assert.NotContains(t, err.Error(), "hunter2")
			if !onlyTheCommandSees[c.name] {
				assert.Error(t, bySchema(t, schema, c.file))
			}
		})
	}
}

// onlyTheCommandSees are faults of YAML that its meaning does not show.
var onlyTheCommandSees = map[string]bool{"an alias": true, "a merge": true}

// everySetting has each of the settings of run.
const everySetting = `
endpoint: https://virtualserver.kr-west1.e.samsungsdscloud.com
account-id: project-x
live: true
credentials: keys.json
ca-file: ca.pem
client-cert: cert.pem
client-key: key.pem
case: [form-*, ids-case]
api-version: [1.2, "1.3"]
allow: refused
at: 2026-04-01
seed: 18446744073709551615
all: false
strict: true
require-complete: true
parallel: 4
attempts: 5
timeout: 20s
case-limit: 1m30s
limit: 1h
settle: 2m
linger: 500ms
rps: 2.5
volume: v
server: s
format: junit
verbose: true
baseline: known.yaml
previous: yesterday.json
out: report
`

// settleRun parses flags of run, and settles the others.
func settleRun(t *testing.T, args ...string) error {
	t.Helper()
	_, err := settledRun(t, args...)
	return err
}

func settledRun(t *testing.T, args ...string) (*cobra.Command, error) {
	t.Helper()
	cmd, _, err := rootCommand(io.Discard, io.Discard).Find([]string{"run"})
	require.NoError(t, err)
	require.NoError(t, cmd.ParseFlags(args))
	return cmd, settle(cmd)
}

// TestSettingsSay: each value of a file arrives at its flag as it is written, and the command that asks again has it.
func TestSettingsSay(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "settings.yaml")
	require.NoError(t, os.WriteFile(file, []byte(everySetting), 0o600))
	cmd, err := settledRun(t, "--config", file, "--timeout", "7s")
	require.NoError(t, err)
	for name, want := range map[string]string{
		"timeout": "7s", "case-limit": "1m30s", "api-version": "[1.2,1.3]", "seed": "18446744073709551615", "all": "false",
		"rps": "2.5", "at": "2026-04-01", "case": "[form-*,ids-case]",
	} {
		assert.Equal(t, want, cmd.Flags().Lookup(name).Value.String(), name)
	}
	asked := again(cmd)
	assert.Contains(t, asked, " --endpoint https://virtualserver.kr-west1.e.samsungsdscloud.com")
	assert.Contains(t, asked, " --account-id project-x")
	assert.Contains(t, asked, " --live=true")
	assert.Contains(t, asked, " --timeout 7s")
	assert.NotContains(t, asked, "--config")
	known, err := readSettings(file, allSettings(cmd.Root()))
	require.NoError(t, err)
	for _, s := range known {
		assert.True(t, cmd.Flags().Changed(s.flag), s.flag)
	}
}

// TestSettingsFileIsAFIFO waits for no writer.
func TestSettingsFileIsAFIFO(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "fifo")
	require.NoError(t, syscall.Mkfifo(file, 0o600))
	require.ErrorContains(t, settleRun(t, "--config", file), "is not a regular file")
	require.ErrorContains(t, settleRun(t, "--config", t.TempDir()), "is not a regular file")
	require.ErrorIs(t, settleRun(t, "--config", file+"x"), os.ErrNotExist)
}

// TestVariables: each flag of each command has a variable, which help lists; and one that is for no flag is refused.
func TestVariables(t *testing.T) {
	t.Parallel()
	listed := 0
	everyCommand(func(cmd *cobra.Command, path []string) {
		if cmd.PreRunE == nil {
			return
		}
		_, help, _ := call(t, append(path, "--help")...)
		for _, f := range settingsOf(cmd) {
			listed++
			assert.Contains(t, help, variableOf(f.Name))
		}
		assert.NotContains(t, help, variableOf("secret-key"))
	})
	assert.Greater(t, listed, 50)

	known := []string{"endpoint", "case-limit"}
	for _, c := range []struct{ variable, refused string }{
		{"SCP_CONFORMANCE_ENDPOINT=https://h.example", ""},
		{"SCP_CONFORMANCE_CASE_LIMIT=1m", ""},
		{"SCP_ACCESS_KEY=", ""},
		{"SCP_CONFORMANCE_SERVICE_HOST=10.0.0.1", ""},
		{"SCP_CONFORMANCE_PORT=tcp://10.0.0.1:80", ""},
		{"SCP_CONFORMANCE_MOCK_PORT_8080_TCP_ADDR=10.0.0.1", ""},
		{"SCP_CONFORMANCE_ENDPOINT=", "SCP_CONFORMANCE_ENDPOINT is empty: give it a value, or unset it"},
		{"SCP_CONFORMANCE_ENDPOINT= \t", "SCP_CONFORMANCE_ENDPOINT is empty"},
		{"SCP_CONFORMANCE_ENPOINT=https://user:hunter2@h.example", "SCP_CONFORMANCE_ENPOINT is not a setting of scp-conformance (did you mean SCP_CONFORMANCE_ENDPOINT?)"},
		{"SCP_CONFORMANCE_CASE-LIMIT=1m", "SCP_CONFORMANCE_CASE-LIMIT is not a setting"},
		{"SCP_CONFORMANCE_endpoint=x", "SCP_CONFORMANCE_endpoint is not a setting"},
		{"SCP_CONFORMANCE_=x", "SCP_CONFORMANCE_ is not a setting"},
		{"SCP_CONFORMANCE_SECRET_KEY=hunter2", "SCP_CONFORMANCE_SECRET_KEY is not read: keys are taken from"},
	} {
		settings, err := readVariables([]string{"PATH=/bin", c.variable}, known)
		if c.refused == "" {
			require.NoError(t, err, c.variable)
			continue
		}
		require.ErrorContains(t, err, c.refused)
		assert.NotContains(t, err.Error(), "hunter2")
		assert.Empty(t, settings)
	}
}

// TestAgainOfSettings: the command that a run prints, of what came from variables and a file, runs without them.
func TestAgainOfSettings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "settings.yaml"), []byte("case: form-error\ntimeout: 7s\n"), 0o600))
	run := func(script string, env ...string) string {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", script)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			require.ErrorContains(t, err, "exit status 3", string(out))
		}
		return string(out)
	}
	out := run("scp-conformance run --format json --quiet", "SCP_CONFORMANCE_CONFIG=settings.yaml", "SCP_CONFORMANCE_ATTEMPTS=2", "SCP_CONFORMANCE_API_VERSION=1.3")
	var report struct {
		Results []struct{ Again string } `json:"results"`
	}
	require.NoError(t, json.Unmarshal([]byte(out), &report), out)
	require.Len(t, report.Results, 1)
	asked := report.Results[0].Again
	assert.Contains(t, asked, "--timeout 7s")
	assert.Contains(t, asked, "--attempts 2")
	assert.Contains(t, run(asked), "behaves as documented")
}

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	file, err := os.ReadFile(schemaFile)
	require.NoError(t, err)
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(file))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource(schemaFile, document))
	schema, err := compiler.Compile(schemaFile)
	require.NoError(t, err)
	return schema
}

// bySchema is what is wrong with a file by the schema, as an editor reads YAML.
func bySchema(t *testing.T, schema *jsonschema.Schema, file string) error {
	t.Helper()
	var content any
	if err := yaml.Load([]byte(file), &content); err != nil {
		return err
	}
	data, err := json.Marshal(asJSON(content))
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	require.NoError(t, err)
	return schema.Validate(value)
}

// asJSON is a value of YAML as JSON has it: a date is a string there.
func asJSON(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key := range v {
			v[key] = asJSON(v[key])
		}
	case []any:
		for i := range v {
			v[i] = asJSON(v[i])
		}
	case time.Time:
		return v.Format(time.DateOnly)
	}
	return value
}
