package migrate

import (
	"bytes"
	"regexp"
)

var (
	// ofVersion is the rest of a name that says that it is the version of the service, and its value.
	ofVersion = regexp.MustCompile(`^[_.-]?(?i:api[_.-]?)?(?:[Vv]ersion|VERSION|[Vv]er|VER)\\?["'\x60]?\]?` +
		`[ \t]*(?::[ \t]*\w+[ \t]*)?(?::=|=>|:-|[:=]|[ \t])[ \t]*\\?["'\x60]?(` + number + `)\b`)

	// inSection is the rest of a section of INI or TOML that is named for the service, up to the version in it.
	inSection = regexp.MustCompile(`^"?\][ \t]*\r?\n(?:[^\[\n]*\n){0,5}?[ \t]*(?:api_?)?version[ \t]*[=:][ \t]*["']?(` + number + `)\b`)
	ofSection = regexp.MustCompile(`^[ \t]*\[((?:[\w-]+\.)*)"?$`)
)

// keys notes the versions that variables, keys and sections have which are named for the service, such as
// VIRTUALSERVER_VERSION=1.1 in a file of the environment.
func (t *text) keys() {
	for _, name := range []string{service, capitals} {
		found := newFinder(t.data, name)
		for at := found.from(0); at < len(t.data); at = found.from(at + len(name)) {
			end := at + len(name)
			if version, ok := t.keyed(at, end); ok && !t.key(at, version) {
				return
			}
		}
	}
}

// keyed returns the version of the key or section whose name has the service in it.
func (t *text) keyed(at, end int) (span, bool) {
	after := t.data[end:min(len(t.data), end+pairWindow)]
	m := ofVersion.FindSubmatchIndex(after)
	if m == nil && bytes.IndexByte(after[:min(len(after), 2)], ']') >= 0 {
		before := ofSection.FindSubmatch(t.before(at))
		if before == nil || bytes.Contains(before[1], []byte("dependencies")) || !t.ours() {
			return span{}, false // a library of that name
		}
		m = inSection.FindSubmatchIndex(after)
	}
	if m == nil {
		return span{}, false
	}
	return span{end + m[2], end + m[3]}, whole(after, m[3])
}

// key notes a version that is the value of a key at a place. It reports false if no more is to be looked at.
func (t *text) key(at int, version span) bool {
	if t.taken[version.start] {
		return true
	}
	if !t.step(at) {
		return false
	}
	if t.fenced(at) && !t.silent(at) && !t.complains(at) {
		t.derive(version, version)
	}
	return true
}
