package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"

	"golang.org/x/term"
)

// output is the standard output of a command. It remembers the first error: a command need not check every
// line that it prints, and still does not end with 0 if one was lost.
type output struct {
	io.Writer
	err error
}

// Write implements io.Writer. After an error it writes nothing more.
func (o *output) Write(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.Writer.Write(p)
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err // "/dev/stdout" says nothing to a user
	}
	o.err = err
	return n, err
}

// terminal returns the file behind w if that is a terminal.
func terminal(w io.Writer) (file *os.File, ok bool) {
	if o, wrapped := w.(*output); wrapped {
		w = o.Writer
	}
	file, ok = w.(*os.File)
	return file, ok && term.IsTerminal(int(file.Fd()))
}

// colorful reports whether w is a terminal whose user wants colour (no-color.org).
func colorful(w io.Writer) bool {
	_, ok := terminal(w)
	return ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// columns is how wide a line on w may be: COLUMNS if that is set, else the terminal's width, else 80.
func columns(w io.Writer) int {
	const usual, fewest = 80, 40
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return max(n, fewest)
	}
	if file, ok := terminal(w); ok {
		if n, _, err := term.GetSize(int(file.Fd())); err == nil && n > 0 {
			return max(n, fewest)
		}
	}
	return usual
}
