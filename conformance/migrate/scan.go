package migrate

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// maxText is how many bytes of a line a use shows at most.
const maxText = 200

// Options say what Scan reads.
type Options struct {
	// Root is the folder that the names of files are relative to; the working directory if empty.
	Root string

	// Paths are the files and folders to scan, Root if there are none. A path that ends in "..." stands for
	// the folder before it, as the go command writes it.
	Paths []string

	// Progress is told how many files have been read, now and then, if it is not nil. Calls do not overlap.
	Progress func(files int)
}

// Scan reads the files below the paths and returns where they speak a version of the API. Of a git working
// tree it reads what git tracks and does not ignore, of any other folder all but what tools put there.
//
// A file that cannot be read or parsed is one of the Troubles of the result. Files are parsed only if they have
// one of the names in them without which no file speaks the API: those of the service, of a header of the API, of
// the vendor's provider or of its SDK. A file without them that does not parse hides nothing. Scan returns an error only if
// a path is not there, or if ctx has ended.
func Scan(ctx context.Context, o Options) (*Scanned, error) {
	root, err := filepath.Abs(o.Root)
	if err != nil {
		return nil, fmt.Errorf("looking for the folder to scan: %w", err)
	}
	s := &scan{root: root, progress: o.Progress}
	names := make(chan string, 256)
	readers := make([]*found, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for i := range readers {
		readers[i] = &found{}
		all.Go(func() { s.read(ctx, names, readers[i]) })
	}
	err = s.walk(ctx, o.Paths, names)
	close(names)
	all.Wait()
	if err = cmp.Or(err, ctx.Err()); err != nil {
		return nil, err
	}
	return s.result(ctx, merge(readers)), nil
}

// scan is a scan under way.
type scan struct {
	root     string
	notes    notes
	large    sync.Mutex
	files    atomic.Int64
	mu       sync.Mutex // held while progress is told
	progress func(files int)
}

// found is what one reader has found.
type found struct {
	uses      []Use
	goFiles   []string
	others    []string // Go files that import the vendor's SDK for another service
	providers []provider
	modules   []module
}

func merge(all []*found) found {
	var f found
	for _, one := range all {
		f.uses = append(f.uses, one.uses...)
		f.goFiles = append(f.goFiles, one.goFiles...)
		f.others = append(f.others, one.others...)
		f.providers = append(f.providers, one.providers...)
		f.modules = append(f.modules, one.modules...)
	}
	return f
}

// walk sends the names of all files to read.
func (s *scan) walk(ctx context.Context, paths []string, names chan<- string) error {
	w := walker{root: s.root, notes: &s.notes, sent: map[string]bool{}, send: func(name string) {
		select {
		case names <- name:
		case <-ctx.Done():
		}
	}}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	for _, p := range paths {
		p = strings.TrimSuffix(p, "...")
		if !filepath.IsAbs(p) {
			p = filepath.Join(s.root, p)
		}
		if err := w.walk(ctx, p); err != nil {
			return err
		}
	}
	w.linked()
	return nil
}

// read reads files until there are no more.
func (s *scan) read(ctx context.Context, names <-chan string, f *found) {
	r := newReader(&s.large)
	defer r.close()
	for name := range names {
		if ctx.Err() != nil {
			continue // the walk must not wait for a reader
		}
		data, err := r.read(below(s.root, filepath.FromSlash(name)))
		switch {
		case errors.Is(err, errBinary) && isSource(name):
			s.notes.trouble(name, "is binary, though its name says that it is source")
			continue
		case errors.Is(err, errBinary):
			s.notes.skip(skipBinary, name)
			continue
		case errors.Is(err, errTooLarge):
			s.notes.trouble(name, err.Error())
			continue
		case err != nil:
			s.notes.trouble(name, "cannot be read: "+reason(err))
			continue
		}
		s.count()
		s.file(name, data, f)
	}
}

// isSource reports whether a file is one that a compiler or Terraform reads, by its name.
func isSource(name string) bool {
	base := path.Base(name)
	return base == "go.mod" || strings.HasSuffix(base, ".go") || isTerraform(base)
}

// count tells of progress every so many files.
func (s *scan) count() {
	if n := s.files.Add(1); s.progress != nil && n%512 == 0 {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.progress(int(s.files.Load()))
	}
}

// file finds the uses in one file by what kind it is.
func (s *scan) file(name string, data []byte, f *found) {
	switch base := path.Base(name); {
	case base == "go.mod":
		if mentionsVendor(data) {
			s.module(name, data, f)
		}
		return
	case strings.HasSuffix(base, ".go"):
		if mentions(data) || namesProvider(data) {
			f.goFiles = append(f.goFiles, name)
			if importsOthers(data) {
				f.others = append(f.others, name)
			}
		}
		return
	case isTerraform(base):
		if mentionsVendor(data) {
			s.terraform(name, data, f)
		}
	case writesTerraform(base) && namesProvider(data):
		f.providers = append(f.providers, embedded(name, data)...)
	}
	if mentions(data) {
		f.uses = append(f.uses, scanText(name, data)...)
	}
}

// result puts together what the readers found, and what follows from files read together.
func (s *scan) result(ctx context.Context, f found) *Scanned {
	slices.Sort(f.goFiles)
	if len(f.goFiles) > 0 {
		uses, troubles := scanGo(ctx, s.root, f.goFiles)
		f.uses = append(f.uses, uses...)
		for _, t := range troubles {
			s.notes.trouble(t.File, t.Text)
		}
	}
	f.uses = append(f.uses, providerUses(f.providers)...)
	f.uses = append(f.uses, moduleUses(f.modules, f.uses, f.others)...)
	f.uses = withoutAnswered(f.uses)
	slices.SortFunc(f.uses, compareUses)
	result := &Scanned{Root: s.root, Uses: f.uses, Troubles: []Trouble{}, Files: int(s.files.Load()), Skipped: []Skipped{}}
	if f.uses == nil {
		result.Uses = []Use{}
	}
	s.notes.into(result)
	if s.progress != nil {
		s.progress(result.Files)
	}
	return result
}

// withoutAnswered leaves out the places that set the version header for whatever service and version their callers
// name, if callers are among the uses. They are told of then, and there is nothing to change in the places.
func withoutAnswered(uses []Use) []Use {
	callers := map[string]bool{}
	for _, u := range uses {
		if len(u.Versions) > 0 && slices.Contains([]Rule{GoImport, GoHeader, TextDerived}, u.Rule) {
			callers[path.Ext(u.File)] = true
		}
	}
	data := slices.ContainsFunc([]string{".json", ".yaml", ".yml", ".toml", ".ini"}, func(ext string) bool { return callers[ext] })
	return slices.DeleteFunc(uses, func(u Use) bool { return u.generic && (data || callers[path.Ext(u.File)]) })
}

func compareUses(a, b Use) int {
	return cmp.Or(
		strings.Compare(a.File, b.File),
		cmp.Compare(a.Line, b.Line),
		cmp.Compare(a.Column, b.Column),
		strings.Compare(string(a.Rule), string(b.Rule)),
		strings.Compare(a.Unknown, b.Unknown),
	)
}

// mentions reports whether a text has anything that the rules look for: the service in small letters or capitals,
// or the beginning of the name of a header of the API in any case. Nearly no file has, and most of the time of a scan is spent here:
// it looks at eight bytes at a time, for two letters of each name that are rare where they stand.
func mentions(data []byte) bool {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
		apart = len(service) - len("ver") // between the two v of the service
		step  = 8
	)
	i := 0
	for ; i+apart+step <= len(data); i += step {
		w := data[i : i+apart+step]
		first, second, last := binary.LittleEndian.Uint64(w), binary.LittleEndian.Uint64(w[1:]), binary.LittleEndian.Uint64(w[apart:])
		// A byte of these is zero where both letters match.
		v := ((first | ' '*ones) ^ 'v'*ones) | (first ^ last)
		p := ((first | ' '*ones) ^ 'p'*ones) | (second ^ '-'*ones)
		if ((v-ones)&^v|(p-ones)&^p)&highs != 0 && mentionsNear(data, i, i+step) {
			return true
		}
	}
	return mentionsNear(data, i, len(data))
}

// mentionsNear reports whether a name that mentions looks for has its first rare letter in data[from:to].
func mentionsNear(data []byte, from, to int) bool {
	for i := from; i < to; i++ {
		switch data[i] {
		case 'v', 'V':
			if bytes.HasPrefix(data[i:], []byte(service)) || bytes.HasPrefix(data[i:], []byte(capitals)) {
				return true
			}
		case 'p', 'P':
			if i >= 2 && i+1 < len(data) && data[i+1] == '-' && bytes.EqualFold(data[i-2:i], []byte("sc")) {
				return true
			}
		}
	}
	return false
}

// namesProvider reports whether a text has the name of the vendor's provider, in small letters. Its end is rarer than
// its beginning, and sooner looked for.
func namesProvider(data []byte) bool {
	const end = "mv2"
	for i := bytes.Index(data, []byte(end)); i >= 0; {
		if bytes.HasSuffix(data[:i+len(end)], []byte(providerName)) {
			return true
		}
		next := bytes.Index(data[i+1:], []byte(end))
		if next < 0 {
			return false
		}
		i += 1 + next
	}
	return false
}

// mentionsVendor reports whether a text has the name of the vendor's provider or SDK, in any case.
func mentionsVendor(data []byte) bool {
	return namesProvider(data) || bytes.Contains(bytes.ToLower(data), []byte(providerName))
}
