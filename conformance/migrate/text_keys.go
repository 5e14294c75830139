package migrate

import "regexp"

// versionOfService is a variable or key that is named for the version of the service, and its value.
var versionOfService = regexp.MustCompile(`(?:` + service + `|` + capitals + `)[_.-]?(?i:api[_.-]?)?(?:[Vv]ersion|VERSION|[Vv]er|VER)\\?["'\x60]?\]?` +
	`[ \t]*(?::[ \t]*\w+[ \t]*)?(?::=|=>|:-|[:=]|[ \t])[ \t]*\\?["'\x60]?(` + number + `)\b`)

// keys notes the values of variables and keys that are named for the version of the service, such as
// VIRTUALSERVER_VERSION=1.1 in a file of the environment.
func (t *text) keys() {
	for _, m := range versionOfService.FindAllSubmatchIndex(t.data, -1) {
		version := span{m[2], m[3]}
		if !whole(t.data, version.end) || t.taken[version.start] {
			continue
		}
		if !t.step(m[0]) {
			return
		}
		if t.fenced(m[0]) && !t.silent(m[0]) && !t.complains(m[0]) {
			t.derive(version, version)
		}
	}
}
