package signing

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// maxFileSize bounds what is read of a credentials file, in bytes. A real one
// has some two hundred.
const maxFileSize = 64 << 10

// ExposedFileError reports a credentials file that others than its owner may
// read. [CredentialsFromFile] returns it together with the credentials: the
// caller decides whether to warn or to stop.
type ExposedFileError struct {
	Path string
	Mode fs.FileMode // the permission bits
}

func (e *ExposedFileError) Error() string {
	return fmt.Sprintf("signing: %s can be read by others (mode %04o): chmod 600 it", e.Path, e.Mode)
}

// CredentialsFromFile reads a key pair from the JSON file at path, in the form
// that the vendor's command line and Terraform provider keep:
//
//	{"access-key": "…", "secret-key": "…"}
//
// Other members are ignored. An empty path means .scpconf/credentials.json in
// the user's home directory.
//
// A file that does not exist gives an error that wraps both [fs.ErrNotExist] and
// [ErrNoCredentials]. A file that its group or others may read gives its
// credentials and an *[ExposedFileError] at once, except on Windows, where mode
// bits say nothing. No error contains anything of what is in the file.
func CredentialsFromFile(path string) (Credentials, error) {
	if path == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return Credentials{}, fmt.Errorf("signing: finding the credentials file: %w", err)
		}
		path = filepath.Join(home, ".scpconf", "credentials.json")
	}
	data, mode, err := readCredentialsFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Credentials{}, fmt.Errorf("signing: %w: %w", ErrNoCredentials, err)
	}
	if err != nil {
		return Credentials{}, fmt.Errorf("signing: reading credentials: %w", err)
	}
	creds, err := parseCredentials(data)
	if err != nil {
		return Credentials{}, fmt.Errorf("signing: credentials file %s: %w", path, err)
	}
	if mode&0o044 != 0 && runtime.GOOS != "windows" {
		return creds, &ExposedFileError{Path: path, Mode: mode}
	}
	return creds, nil
}

// readCredentialsFile returns what is in the file and its permission bits, both
// taken from one open file: the name may be given to another one meanwhile.
func readCredentialsFile(path string) ([]byte, fs.FileMode, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = file.Close() }() // nothing was written
	info, err := file.Stat()
	if err != nil {
		return nil, 0, err
	}
	data, err := io.ReadAll(io.LimitReader(file, maxFileSize+1))
	if err != nil {
		return nil, 0, err
	}
	if len(data) > maxFileSize {
		return nil, 0, fmt.Errorf("%s: is larger than %d bytes", path, maxFileSize)
	}
	return data, info.Mode().Perm(), nil
}

func parseCredentials(data []byte) (Credentials, error) {
	var file struct {
		AccessKey string `json:"access-key"`
		SecretKey string `json:"secret-key"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		// The decoder's own words quote from the file, so they stay here.
		return Credentials{}, errors.New("is not a JSON object with strings for keys")
	}
	switch {
	case file.AccessKey == "" && file.SecretKey == "":
		return Credentials{}, fmt.Errorf("%w: access-key and secret-key are missing", ErrNoCredentials)
	case file.AccessKey == "":
		return Credentials{}, errors.New("access-key is missing")
	case file.SecretKey == "":
		return Credentials{}, errors.New("secret-key is missing")
	}
	return Credentials{AccessKey: file.AccessKey, SecretKey: Secret(file.SecretKey)}, nil
}
