package signing

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"unicode/utf8"
)

// maxFileSize bounds what is read of a credentials file, in bytes. A real one
// has some two hundred.
const maxFileSize = 64 << 10

// The keys of a credentials file that are read [sdk].
const (
	fileAccessKey = "access-key"
	fileSecretKey = "secret-key"
)

// wantFile shows the form of a credentials file in an error.
const wantFile = `want {"` + fileAccessKey + `": "…", "` + fileSecretKey + `": "…"}`

// errNoKeys reports a credentials file without any key in it.
var errNoKeys = errors.New(fileAccessKey + " and " + fileSecretKey + " are missing")

var errNotObject = errors.New("is not a JSON object: " + wantFile)

// ExposedFileError reports a credentials file that others than its owner may
// read. [FindCredentials] returns it together with the credentials: the caller
// decides whether to warn or to stop. There is none on Windows, where mode bits
// say nothing.
type ExposedFileError struct {
	Path string
	Mode fs.FileMode // the permission bits
}

func (e *ExposedFileError) Error() string {
	return fmt.Sprintf("signing: %s can be read by others (mode %04o): chmod 600 it", e.Path, e.Mode)
}

// readCredentials reads the credentials file at path.
func readCredentials(path string) (Credentials, error) {
	data, mode, err := readRegular(path)
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

// readRegular returns what is in the file and its permission bits, both taken
// from one open file. Anything that is not a regular file is refused before it is
// opened, as opening a FIFO waits for a writer, and checked again after it, as
// the name may have come to mean another file.
func readRegular(path string) ([]byte, fs.FileMode, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s is not a regular file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = file.Close() }() // nothing was written
	if info, err = file.Stat(); err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s is not a regular file", path)
	}
	data, err := io.ReadAll(io.LimitReader(file, maxFileSize+1))
	if err != nil {
		return nil, 0, err
	}
	if len(data) > maxFileSize {
		return nil, 0, fmt.Errorf("%s is larger than %d bytes", path, maxFileSize)
	}
	return data, info.Mode().Perm(), nil
}

// parseCredentials reads a credentials file. Its errors tell the place, and what
// was expected there; those of encoding/json would quote from the file.
func parseCredentials(data []byte) (Credentials, error) {
	data = bytes.TrimPrefix(data, []byte("\uFEFF")) // Windows editors write this mark
	var whole map[string]any
	err := json.Unmarshal(data, &whole)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		at := place(data, syntax.Offset-1) // it counts the byte at fault
		return Credentials{}, fmt.Errorf("%s: is not valid JSON: %s", at, wantFile)
	}
	if err != nil || whole == nil {
		return Credentials{}, errNotObject
	}
	if err := checkKeys(data); err != nil {
		return Credentials{}, err
	}
	access, okAccess := text(whole[fileAccessKey])
	secret, okSecret := text(whole[fileSecretKey])
	switch {
	case !okAccess:
		return Credentials{}, errors.New(fileAccessKey + " is not a string: " + wantFile)
	case !okSecret:
		return Credentials{}, errors.New(fileSecretKey + " is not a string: " + wantFile)
	case access == "" && secret == "":
		return Credentials{}, errNoKeys
	case access == "":
		return Credentials{}, errors.New(fileAccessKey + " is missing")
	case secret == "":
		return Credentials{}, errors.New(fileSecretKey + " is missing")
	}
	return Credentials{AccessKey: access, SecretKey: Secret(secret)}, nil
}

// text returns a JSON string; a value that is absent is an empty one.
func text(value any) (s string, ok bool) {
	if value == nil {
		return "", true
	}
	s, ok = value.(string)
	return s, ok
}

// checkKeys goes through the keys of a JSON object, as encoding/json drops all
// but the last of those that are equal. It refuses those, and a key that differs
// in letter case from one that is read.
func checkKeys(object []byte) error {
	d := json.NewDecoder(bytes.NewReader(object))
	if _, err := d.Token(); err != nil {
		return errNotObject
	}
	seen := map[string]bool{}
	for d.More() {
		before := d.InputOffset() // then white space, a comma and the key follow
		at := place(object, before+int64(bytes.IndexByte(object[before:], '"')))
		token, err := d.Token()
		if err != nil {
			return errNotObject
		}
		name, _ := token.(string)
		if seen[name] {
			return fmt.Errorf("%s: this key is there twice", at)
		}
		seen[name] = true
		for _, known := range [...]string{fileAccessKey, fileSecretKey} {
			if name != known && strings.EqualFold(name, known) {
				return fmt.Errorf("%s: write this key as %s", at, known)
			}
		}
		if err := d.Decode(new(json.RawMessage)); err != nil {
			return errNotObject
		}
	}
	return nil
}

// place says where in the data an offset is, as editors count: lines and
// characters from 1.
func place(data []byte, offset int64) string {
	before := data[:min(max(offset, 0), int64(len(data)))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return fmt.Sprintf("line %d, column %d", line, column)
}
