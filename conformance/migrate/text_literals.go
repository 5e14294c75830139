package migrate

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

var (
	// literal is the whole value of the version header.
	literal = regexp.MustCompile(service + `[ \t]+(` + number + `)`)

	// holds is the name that a value is given to.
	holds = regexp.MustCompile(`([A-Za-z_$-][\w.$-]*)\\?["'\x60)\]]*\s*(?::\s*[&'\w\[\]<>. |]{1,30}?)?\s*(:=|=>|:-|==|[:=,(]|[ \t])\s*[fbru@]?$`)
	named = regexp.MustCompile(`(?i)name|title|desc|label|host|message|msg|text|comment|note|tag|summary|subject|machine|instance|create|(^|_)vm(_|$)`)
)

// literals notes whole values of the version header that stand elsewhere: before the header, in a variable
// whose name speaks of a version, or anywhere in code that names the header.
func (t *text) literals() {
	all := literal.FindAllSubmatchIndex(t.data, -1)
	if len(all) == 0 {
		return
	}
	header := slices.ContainsFunc(t.headers, func(h header) bool {
		return h.name == versionHeader && t.fenced(h.start) && !t.silent(h.start)
	})
	for _, m := range all {
		s, version := span{m[0], m[0] + len(service)}, span{m[2], m[3]}
		if t.taken[s.start] || !whole(t.data, version.end) {
			continue
		}
		if !t.step(s.start) {
			return
		}
		if !t.fenced(s.start) || t.silent(s.start) || t.complains(s.start) {
			continue
		}
		if t.beforeHeader(version.end) {
			t.taken[s.start] = true
			t.add(TextHeader, Text, span{s.start, version.end}, string(t.data[version.start:version.end]))
			continue
		}
		key, quoted, ok := t.holder(span{s.start, version.end})
		if !ok {
			continue
		}
		if versionName(key) || header && quoted && !named.MatchString(key) && !otherHeader(key) || serviceName(key) && t.amongVersions(s.start) {
			t.taken[s.start] = true
			t.derive(s, version)
		}
	}
}

// beforeHeader reports whether the name of the version header follows a value, as in
// setValue("virtualserver 1.1", forHTTPHeaderField: "Scp-Api-Version").
func (t *text) beforeHeader(end int) bool {
	i, _ := slices.BinarySearchFunc(t.headers, end, func(h header, end int) int { return h.start - end })
	if i == len(t.headers) || t.headers[i].name != versionHeader || t.headers[i].start > end+valueWindow/2 {
		return false
	}
	gap := t.data[end:t.headers[i].start]
	return bytes.ContainsAny(gap, ":=,") && bytes.Count(gap, []byte("\n")) < valueLines && t.glued(t.headers[i], gap)
}

// serviceName reports whether a key is called as the service is.
func serviceName(key string) bool {
	return strings.EqualFold(strings.NewReplacer("_", "", "-", "").Replace(key), service)
}

// versionName reports whether a variable is named for a version.
func versionName(key string) bool {
	if otherHeader(key) {
		return false
	}
	key = strings.ToLower(key)
	return strings.Contains(key, "version") || key == "ver" || strings.HasSuffix(key, "_ver")
}

// headerSpelled is a name as those of headers are spelled, such as User-Agent or x-request-id.
var headerSpelled = regexp.MustCompile(`^(?:[A-Z][A-Za-z0-9]*(?:-[A-Z][A-Za-z0-9]*)+|(?i:x|scp|openstack|sec)-[\w-]+)$|(?i)^(?:user-agent|if-match|content-\w+|accept-\w+)$`)

// otherHeader reports whether a name is that of a header, and not of the version header.
func otherHeader(key string) bool {
	return headerSpelled.MatchString(key) && !strings.EqualFold(key, "scp-"+string(versionHeader))
}

// pairName is the name or the key of an object whose value stands apart from it, as in collections of Postman.
var pairName = regexp.MustCompile(`(?i)(?:name|key)\\?["']?\s*[:=]\s*\\?["']?([\w.-]+)`)

// holder returns the name of the variable, key, parameter or call that a value is given to. It reports
// false if the value is a part of something longer.
func (t *text) holder(value span) (key string, quoted, ok bool) {
	d := t.data
	start := value.start
	line := t.line(start)
	end := value.end
	if start > line.start && strings.IndexByte("\"'`", d[start-1]) >= 0 {
		quote := d[start-1]
		start--
		if start > line.start && d[start-1] == '\\' {
			start--
		}
		if end < len(d) && d[end] == '\\' {
			end++
		}
		if end == len(d) || d[end] != quote {
			return "", false, false
		}
		quoted = true
	} else if cell := skipBlanks(d, end); cell < line.end && d[cell] == '|' {
		return "", true, bytes.HasSuffix(bytes.TrimRight(d[line.start:start], " \t"), []byte("|")) // of a table of tests
	} else if end < line.end && strings.IndexByte("\"'`}<\r,", d[end]) < 0 {
		return "", false, false
	}
	before := d[max(line.start, start-120):start]
	if m := holds.FindSubmatch(before); m != nil && (quoted || len(bytes.TrimSpace(m[2])) > 0) {
		key = string(m[1])
	}
	if strings.EqualFold(key, "value") || strings.EqualFold(key, "default") {
		window := d[max(0, start-160):start]
		if i := bytes.LastIndexByte(window, '{'); i >= 0 {
			window = window[i:]
		}
		if all := pairName.FindAllSubmatch(window, -1); len(all) > 0 {
			key = string(all[len(all)-1][1])
		}
	}
	return key, quoted, quoted || key != ""
}
