package signing_test

import (
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/signing"
)

const goodFile = `{"access-key": "a", "secret-key": "s3cret", "auth-token": "t"}`

// writeFile writes a file that only its owner can read.
func writeFile(t testing.TB, path, content string) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// setHome makes a new home directory with this credentials file in it, if any,
// and an environment without keys.
func setHome(t *testing.T, credentialsFile string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the home directory is not in HOME")
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	for _, name := range []string{"SCP_ACCESS_KEY", "SCP_SECRET_KEY", "SCP_TF_ACCESS_KEY", "SCP_TF_SECRET_KEY"} {
		t.Setenv(name, "")
	}
	if credentialsFile != "" {
		writeFile(t, filepath.Join(home, ".scpconf", "credentials.json"), credentialsFile)
	}
	return home
}

// Places have an order, and two halves from two places do not make a pair.
func TestFindCredentials(t *testing.T) {
	const (
		own       = "SCP_ACCESS_KEY=own SCP_SECRET_KEY=s3cret "
		terraform = "SCP_TF_ACCESS_KEY=terraform SCP_TF_SECRET_KEY=s3cret "
		home      = `{"access-key": "home", "secret-key": "s3cret"}`
		named     = `{"access-key": "named", "secret-key": "s3cret"}`
	)
	cases := []struct {
		name, file, env, home string
		want                  string // access key
		wantErr               string
	}{
		{name: "file before all", file: named, env: own + terraform, home: home, want: "named"},
		{name: "own variables before Terraform's", env: own + terraform, home: home, want: "own"},
		{name: "Terraform's variables before the home directory", env: terraform, home: home, want: "terraform"},
		{name: "home directory", home: home, want: "home"},
		{name: "half of the file", file: `{"access-key": "named"}`, env: own, home: home, wantErr: "secret-key is missing"},
		{name: "empty file", file: `{}`, env: own, home: home, wantErr: "access-key and secret-key are missing"},
		{name: "access key alone", env: "SCP_ACCESS_KEY=own " + terraform, home: home, wantErr: "SCP_SECRET_KEY is not"},
		{name: "secret key alone", env: "SCP_SECRET_KEY=s3cret " + terraform, home: home, wantErr: "SCP_ACCESS_KEY is not"},
		{name: "half of each", env: "SCP_ACCESS_KEY=own SCP_TF_SECRET_KEY=s3cret", wantErr: "SCP_SECRET_KEY is not"},
		{name: "Terraform's access key alone", env: "SCP_TF_ACCESS_KEY=terraform", home: home, wantErr: "SCP_TF_SECRET_KEY is not"},
		{name: "Terraform's secret key alone", env: "SCP_TF_SECRET_KEY=s3cret", home: home, wantErr: "SCP_TF_ACCESS_KEY is not"},
		{name: "half in the home directory", home: `{"secret-key": "s3cret"}`, wantErr: "access-key is missing"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			setHome(t, c.home)
			for _, variable := range strings.Fields(c.env) {
				name, value, _ := strings.Cut(variable, "=")
				t.Setenv(name, value)
			}
			file := ""
			if c.file != "" {
				file = writeFile(t, filepath.Join(t.TempDir(), "keys.json"), c.file)
			}
			creds, err := signing.FindCredentials(file)
			if c.wantErr == "" {
				require.NoError(t, err)
				require.Equal(t, c.want, creds.AccessKey)
				require.Equal(t, "s3cret", creds.SecretKey.Reveal())
				require.Empty(t, creds.AccountID)
				return
			}
			require.Zero(t, creds)
			require.ErrorContains(t, err, c.wantErr)
			require.NotErrorIs(t, err, signing.ErrNoCredentials, "something is there, and it is wrong")
			require.NotContains(t, err.Error(), "s3cret")
		})
	}
}

func TestFindCredentialsNamesEveryPlace(t *testing.T) {
	for name, file := range map[string]string{"no file": "", "a file without keys": `{"auth-token": "s3cret"}`} {
		t.Run(name, func(t *testing.T) {
			home := setHome(t, file)
			creds, err := signing.FindCredentials("")
			require.Zero(t, creds)
			require.ErrorIs(t, err, signing.ErrNoCredentials)
			for _, place := range []string{
				"SCP_ACCESS_KEY and SCP_SECRET_KEY", "SCP_TF_ACCESS_KEY and SCP_TF_SECRET_KEY",
				"~/.scpconf/credentials.json", filepath.Join(home, ".scpconf", "credentials.json"),
			} {
				require.ErrorContains(t, err, place)
			}
			require.NotContains(t, err.Error(), "s3cret")
		})
	}
	t.Run("no home directory", func(t *testing.T) {
		setHome(t, "")
		t.Setenv("HOME", "")
		_, err := signing.FindCredentials("")
		require.ErrorIs(t, err, signing.ErrNoCredentials)
		require.ErrorContains(t, err, "HOME")
		_, err = signing.FindCredentials("~/keys.json")
		require.ErrorContains(t, err, "HOME")
		require.NotErrorIs(t, err, signing.ErrNoCredentials)
	})
}

func TestFindCredentialsExpandsHome(t *testing.T) {
	home := setHome(t, "")
	writeFile(t, filepath.Join(home, "other", "keys.json"), goodFile)
	creds, err := signing.FindCredentials("~/other/keys.json")
	require.NoError(t, err)
	require.Equal(t, "a", creds.AccessKey)

	t.Chdir(home)
	writeFile(t, filepath.Join(home, "~x", "keys.json"), goodFile)
	_, err = signing.FindCredentials("~x/keys.json")
	require.NoError(t, err, "only ~/ is the home directory")
}

// Errors are compared in full, as they may contain nothing of the file.
func TestCredentialsFile(t *testing.T) {
	const want = `want {"access-key": "…", "secret-key": "…"}`
	syntax := func(line, column int) string {
		return fmt.Sprintf("line %d, column %d: is not valid JSON: %s", line, column, want)
	}
	cases := []struct{ name, content, wantErr string }{
		{name: "the vendor's form", content: goodFile},
		{name: "with a byte order mark", content: "\uFEFF" + goodFile},
		{name: "other keys, of any type", content: `{"x": [{"access-key": 1, "access-key": 2}], "access-key": "a", "secret-key": "s3cret", "y": null}`},
		{name: "escapes", content: `{"access\u002dkey": "a", "secret-key": "s3\u0063ret"}`},
		{name: "just below the bound", content: goodFile + strings.Repeat(" ", 64<<10-len(goodFile))},
		{name: "above the bound", content: goodFile + strings.Repeat(" ", 64<<10+1-len(goodFile)), wantErr: "is larger than 65536 bytes"},
		{name: "empty", wantErr: syntax(1, 1)},
		{name: "bare text", content: "s3cret", wantErr: syntax(1, 1)},
		{name: "two byte order marks", content: "\uFEFF\uFEFF" + goodFile, wantErr: syntax(1, 1)},
		{name: "no quotes", content: "{\n  \"access-key\": \"a\",\n  \"secret-key\": s3cret\n}", wantErr: syntax(3, 17)},
		{name: "no quotes, after Korean text", content: `{"열쇠": "열쇠", "secret-key": s3cret}`, wantErr: syntax(1, 28)},
		{name: "no comma", content: "{\"access-key\": \"a\"\r\n\"secret-key\": \"s3cret\"}", wantErr: syntax(2, 1)},
		{name: "a comma too many", content: `{"access-key": "a", "secret-key": "s3cret",}`, wantErr: syntax(1, 44)},
		{name: "cut off", content: `{"access-key": "a", "secret-key": "s3cr`, wantErr: syntax(1, 39)},
		{name: "two objects", content: goodFile + "\n" + goodFile, wantErr: syntax(2, 1)},
		{name: "array", content: `["s3cret"]`, wantErr: "is not a JSON object: " + want},
		{name: "string", content: `"s3cret"`, wantErr: "is not a JSON object: " + want},
		{name: "null", content: `null`, wantErr: "is not a JSON object: " + want},
		{name: "number", content: `{"access-key": "a", "secret-key": 31337}`, wantErr: "secret-key is not a string: " + want},
		{name: "list", content: `{"access-key": ["s3cret"], "secret-key": "b"}`, wantErr: "access-key is not a string: " + want},
		{name: "access key twice", content: "{\"access-key\": \"a\",\n\"access-key\": \"b\", \"secret-key\": \"s3cret\"}", wantErr: "line 2, column 1: this key is there twice"},
		{name: "written differently", content: `{"access-key": "a", "secret-key": "b", "secret\u002dkey": "s3cret"}`, wantErr: "line 1, column 40: this key is there twice"},
		{name: "twice, and not read", content: `{"s3cret": 1, "s3cret": 2}`, wantErr: "line 1, column 15: this key is there twice"},
		{name: "other letter case", content: `{"Access-Key": "a", "secret-key": "s3cret"}`, wantErr: "line 1, column 2: write this key as access-key"},
		{name: "other letter case beside it", content: `{"access-key": "a", "secret-key": "b", "SECRET-KEY": "s3cret"}`, wantErr: "line 1, column 40: write this key as secret-key"},
		{name: "no access key", content: `{"secret-key": "s3cret"}`, wantErr: "access-key is missing"},
		{name: "null for a key", content: `{"access-key": "a", "secret-key": null}`, wantErr: "secret-key is missing"},
		{name: "empty key", content: `{"access-key": "", "secret-key": "s3cret"}`, wantErr: "access-key is missing"},
		{name: "no key", content: `{"auth-token": "s3cret"}`, wantErr: "access-key and secret-key are missing"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := writeFile(t, filepath.Join(t.TempDir(), "keys.json"), c.content)
			creds, err := signing.FindCredentials(path)
			if c.wantErr == "" {
				require.NoError(t, err)
				require.Equal(t, "a", creds.AccessKey)
				require.Equal(t, "s3cret", creds.SecretKey.Reveal())
				return
			}
			require.Zero(t, creds)
			require.ErrorContains(t, err, path)
			require.True(t, strings.HasSuffix(err.Error(), path+": "+c.wantErr) || strings.HasSuffix(err.Error(), path+" "+c.wantErr), "%v", err)
		})
	}
}

func TestCredentialsFileThatIsMissing(t *testing.T) {
	_, err := signing.FindCredentials(filepath.Join(t.TempDir(), "missing.json"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NotErrorIs(t, err, signing.ErrNoCredentials, "the caller named this one")
}

// Opening some of these would block.
func TestCredentialsFileThatIsNotRegular(t *testing.T) {
	dir := t.TempDir()
	listener, err := net.Listen("unix", filepath.Join(dir, "socket"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	link := filepath.Join(dir, "link")
	require.NoError(t, os.Symlink(os.DevNull, link))
	for name, path := range map[string]string{
		"directory": dir, "socket": filepath.Join(dir, "socket"), "device": os.DevNull, "link to a device": link,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := signing.FindCredentials(path)
			require.ErrorContains(t, err, path+" is not a regular file")
		})
	}
}

// A file that others can read is reported together with its keys, so that the
// caller can go on with a warning.
func TestExposedCredentialsFile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("mode bits say nothing there")
	}
	path := writeFile(t, filepath.Join(t.TempDir(), "keys.json"), goodFile)
	for mode, isExposed := range map[fs.FileMode]bool{0o600: false, 0o400: false, 0o700: false, 0o640: true, 0o604: true, 0o644: true} {
		require.NoError(t, os.Chmod(path, mode))
		creds, err := signing.FindCredentials(path)
		require.Equal(t, "s3cret", creds.SecretKey.Reveal(), "mode %o", mode)
		if !isExposed {
			require.NoError(t, err, "mode %o", mode)
			continue
		}
		var exposed *signing.ExposedFileError
		require.ErrorAs(t, err, &exposed)
		require.Equal(t, signing.ExposedFileError{Path: path, Mode: mode}, *exposed)
		require.NotContains(t, err.Error(), "s3cret")
	}
}
