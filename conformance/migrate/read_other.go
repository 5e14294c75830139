//go:build !unix

package migrate

import "os"

// source is an open file.
type source struct{ *os.File }

func open(path string) (source, error) {
	f, err := os.Open(path)
	return source{f}, err
}

// size returns how large the file is.
func (s source) size() (int64, error) {
	info, err := s.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
