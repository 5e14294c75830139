package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestReplaceFile: a file is replaced as a whole, or not at all.
func TestReplaceFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "saved")
	write := func(text string, err error) error {
		file, openErr := replaceFile(name)
		require.NoError(t, openErr)
		return file.write(func(w io.Writer) error {
			_, writeErr := io.WriteString(w, text)
			return errors.Join(writeErr, err)
		})
	}
	errLate := errors.New("too late")
	require.NoError(t, write("first", nil))
	require.ErrorIs(t, write("half", errLate), errLate)
	got, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.Equal(t, "first", string(got))
	require.NoError(t, write("second", nil))
	got, err = os.ReadFile(name)
	require.NoError(t, err)
	assert.Equal(t, "second", string(got))
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, left, 1, "no temporary file is left")
}
