package migrate

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	// maxFile is the size up to which a file is read. Beyond it stand dumps and logs, which no one edits.
	maxFile = 64 << 20
	// largeFile is the size from which on files are read one at a time, so that memory stays bounded
	// however many are read side by side.
	largeFile = 4 << 20
	// sniffed is how much of a file tells whether it is text; git looks as far.
	sniffed = 8000
)

var (
	errBinary   = errors.New("is binary")
	errTooLarge = errors.New("is larger than 64 MiB, which is as much as is read of one file")
)

// reader reads one file after another into the same memory.
type reader struct {
	buf   []byte
	large *sync.Mutex // held while a large file is worked on; all readers of a scan share it
	held  bool
}

func newReader(large *sync.Mutex) *reader {
	return &reader{buf: make([]byte, 256<<10), large: large}
}

// read returns the text of a file as UTF-8, which is valid until the next read. It may return errBinary or
// errTooLarge.
func (r *reader) read(path string) ([]byte, error) {
	if r.held {
		r.buf = make([]byte, 256<<10)
		r.large.Unlock()
		r.held = false
	}
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	n := 0
	for {
		if n == len(r.buf) {
			if n > maxFile {
				return nil, errTooLarge
			}
			if err := r.grow(f); err != nil {
				return nil, err
			}
		}
		m, err := f.Read(r.buf[n:])
		if n == 0 && binaryData(r.buf[:min(m, sniffed)]) {
			return nil, errBinary
		}
		n += m
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	if n > maxFile {
		return nil, errTooLarge
	}
	return decoded(r.buf[:n]), nil
}

// grow makes room for the rest of a file.
func (r *reader) grow(f source) error {
	room := min(4*len(r.buf), largeFile)
	if len(r.buf) >= largeFile {
		size, err := f.size()
		if err != nil {
			return err
		}
		if size > maxFile {
			return errTooLarge
		}
		if !r.held {
			r.large.Lock()
			r.held = true
		}
		// A file that grows while it is read does so in steps, and ends at the limit.
		room = min(max(int(size)+1, 2*len(r.buf)), maxFile+1)
	}
	buf := make([]byte, room)
	copy(buf, r.buf)
	r.buf = buf
	return nil
}

// close lets other readers read large files.
func (r *reader) close() {
	if r.held {
		r.large.Unlock()
		r.held = false
	}
}

// wide returns the byte order of text in UTF-16, which Windows PowerShell writes: by its mark, or because
// every second byte of its beginning is zero.
func wide(data []byte) (order binary.ByteOrder, mark int) {
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}) && !bytes.HasPrefix(data, []byte{0xff, 0xfe, 0, 0}):
		return binary.LittleEndian, 2
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return binary.BigEndian, 2
	}
	head := data[:min(len(data), 512)&^1]
	if len(head) < 32 || bytes.IndexByte(head, 0) < 0 {
		return nil, 0
	}
	var zero [2]int
	for i, b := range head {
		if b == 0 {
			zero[i&1]++
		}
	}
	switch most := len(head) * 4 / 10; {
	case zero[1] > most && zero[0] == 0:
		return binary.LittleEndian, 0
	case zero[0] > most && zero[1] == 0:
		return binary.BigEndian, 0
	}
	return nil, 0
}

// binaryData reports whether the beginning of a file is that of no text.
func binaryData(head []byte) bool {
	if bytes.IndexByte(head, 0) < 0 {
		return false
	}
	order, _ := wide(head)
	return order == nil
}

// decoded returns text in UTF-16 as UTF-8, and any other as it is.
func decoded(data []byte) []byte {
	order, mark := wide(data)
	if order == nil {
		return data
	}
	data = data[mark:]
	out := make([]byte, 0, len(data)/2+len(data)/8)
	for len(data) >= 2 {
		r := rune(order.Uint16(data))
		data = data[2:]
		if utf16.IsSurrogate(r) && len(data) >= 2 {
			if pair := utf16.DecodeRune(r, rune(order.Uint16(data))); pair != utf8.RuneError {
				r, data = pair, data[2:]
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}
