package signing

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ErrNoCredentials is wrapped by the error of [FindCredentials] if it finds no key
// in any of its places.
var ErrNoCredentials = errors.New("no credentials")

// variablePairs are the environment variables that tools for this platform read,
// first choice first. The SCP_TF_ ones are those of the vendor's Terraform
// provider [sdk].
var variablePairs = [...]struct{ access, secret string }{
	{"SCP_ACCESS_KEY", "SCP_SECRET_KEY"},
	{"SCP_TF_ACCESS_KEY", "SCP_TF_SECRET_KEY"},
}

// FindCredentials returns the key pair of the first of these places that has one:
//
//  1. file, unless it is ""
//  2. SCP_ACCESS_KEY and SCP_SECRET_KEY in the environment
//  3. SCP_TF_ACCESS_KEY and SCP_TF_SECRET_KEY, the variables of the vendor's
//     Terraform provider
//  4. ~/.scpconf/credentials.json, the file of the vendor's tools
//
// If file is not "", FindCredentials looks at no other place; "~/" at its start is
// the home directory. A file holds JSON such as
//
//	{"access-key": "…", "secret-key": "…"}
//
// whose other keys are ignored. An empty variable counts as unset. None of the
// places has an account id, so that is always empty.
//
// Half a pair is an error. It is not completed from another place, whose keys may be
// those of another account. If no place has a key, the error wraps
// [ErrNoCredentials] and names the places. For a file that its group or others may
// read, FindCredentials returns both the credentials and an *[ExposedFileError]. No
// error contains any part of a file or a variable.
func FindCredentials(file string) (Credentials, error) {
	if file != "" {
		path, err := expandHome(file)
		if err != nil {
			return Credentials{}, fmt.Errorf("signing: credentials file %s: %w", file, err)
		}
		return readCredentials(path)
	}
	for _, pair := range variablePairs {
		access, secret := os.Getenv(pair.access), os.Getenv(pair.secret)
		switch {
		case access != "" && secret != "":
			return Credentials{AccessKey: access, SecretKey: Secret(secret)}, nil
		case access != "":
			return Credentials{}, fmt.Errorf("signing: %s is set, but %s is not", pair.access, pair.secret)
		case secret != "":
			return Credentials{}, fmt.Errorf("signing: %s is set, but %s is not", pair.secret, pair.access)
		}
	}
	const usual = "~/.scpconf/credentials.json"
	path, err := expandHome(usual)
	if err == nil {
		var creds Credentials
		creds, err = readCredentials(path)
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, errNoKeys) {
			return creds, err
		}
	}
	own, terraform := variablePairs[0], variablePairs[1]
	return Credentials{}, fmt.Errorf("signing: %w: set %s and %s, or %s and %s, or write %s: %w",
		ErrNoCredentials, own.access, own.secret, terraform.access, terraform.secret, usual, err)
}

// expandHome replaces "~" in a path that begins with "~/", which a shell leaves
// alone in --flag=~/file.
func expandHome(path string) (string, error) {
	rest, ok := strings.CutPrefix(path, "~/")
	if !ok {
		return path, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, rest), nil
}
