package signing_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/signing"
)

const goodFile = `{"access-key": "a", "secret-key": "s3cret", "auth-token": "t"}`

const notJSON = "is not a JSON object with strings for keys"

func TestCredentialsFromFile(t *testing.T) {
	want := signing.Credentials{AccessKey: "a", SecretKey: signing.Secret("s3cret")}
	cases := []struct {
		name, content, wantErr string
		none                   bool
	}{
		{name: "the vendor's form", content: goodFile},
		{name: "just below the bound", content: goodFile + strings.Repeat(" ", 64<<10-len(goodFile))},
		{name: "above the bound", content: goodFile + strings.Repeat(" ", 64<<10+1-len(goodFile)), wantErr: "is larger than 65536 bytes"},
		{name: "empty", wantErr: notJSON},
		{name: "not JSON", content: "s3cret", wantErr: notJSON},
		{name: "array", content: `["s3cret"]`, wantErr: notJSON},
		{name: "number", content: `{"access-key": "a", "secret-key": 31337}`, wantErr: notJSON},
		{name: "two objects", content: goodFile + goodFile, wantErr: notJSON},
		{name: "no access key", content: `{"secret-key": "s3cret"}`, wantErr: "access-key is missing"},
		{name: "no secret key", content: `{"access-key": "a"}`, wantErr: "secret-key is missing"},
		{name: "no key", content: `{"auth-token": "s3cret"}`, wantErr: "no credentials: access-key and secret-key are missing", none: true},
		{name: "null", content: `null`, wantErr: "no credentials: access-key and secret-key are missing", none: true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "keys.json")
			require.NoError(t, os.WriteFile(path, []byte(c.content), 0o600))
			creds, err := signing.CredentialsFromFile(path)
			if c.wantErr == "" {
				require.NoError(t, err)
				require.Equal(t, want, creds)
				return
			}
			require.Zero(t, creds)
			require.True(t, strings.HasSuffix(err.Error(), path+": "+c.wantErr), "nothing from the file: %v", err)
			if c.none {
				require.ErrorIs(t, err, signing.ErrNoCredentials)
			} else {
				require.NotErrorIs(t, err, signing.ErrNoCredentials)
			}
		})
	}
}

func TestCredentialsFromFileThatIsNone(t *testing.T) {
	_, err := signing.CredentialsFromFile(filepath.Join(t.TempDir(), "missing.json"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorIs(t, err, signing.ErrNoCredentials)

	_, err = signing.CredentialsFromFile(t.TempDir())
	require.Error(t, err)
	require.NotErrorIs(t, err, signing.ErrNoCredentials, "something is there, and it is wrong")
}

func TestCredentialsFromHome(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the home directory is not in HOME")
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	_, err := signing.CredentialsFromFile("")
	require.ErrorIs(t, err, signing.ErrNoCredentials)
	require.NoError(t, os.Mkdir(filepath.Join(home, ".scpconf"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(home, ".scpconf", "credentials.json"), []byte(goodFile), 0o600))
	creds, err := signing.CredentialsFromFile("")
	require.NoError(t, err)
	require.Equal(t, "a", creds.AccessKey)

	t.Setenv("HOME", "")
	_, err = signing.CredentialsFromFile("")
	require.ErrorContains(t, err, "HOME")
}

// A file that others can read is reported, and its keys are there for whoever
// wants to go on with a warning.
func TestExposedCredentialsFile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("mode bits say nothing there")
	}
	path := filepath.Join(t.TempDir(), "keys.json")
	require.NoError(t, os.WriteFile(path, []byte(goodFile), 0o600))
	for mode, isExposed := range map[fs.FileMode]bool{0o600: false, 0o400: false, 0o700: false, 0o640: true, 0o604: true, 0o644: true} {
		require.NoError(t, os.Chmod(path, mode))
		creds, err := signing.CredentialsFromFile(path)
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
