package migrate

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
)

// language is what the rules for text need to know of how a file is written.
type language struct {
	comment  []string // what begins a comment that ends with the line
	prose    bool     // for people: only code in it speaks
	markdown bool     // prose whose code is fenced
	python   bool     // may have docstrings
	notebook bool     // every line of code is a JSON string
	markup   bool     // may have comments as XML has
	kotlin   bool     // has pairs such as "key" to value
	lines    bool     // may have a header a line, as HTTP has
	history  bool     // tells what was
}

var languages = map[string]language{
	"hash":     {comment: []string{"#"}},
	"shell":    {comment: []string{"#"}, lines: true},
	"python":   {comment: []string{"#"}, python: true},
	"config":   {comment: []string{"#", ";"}, lines: true},
	"http":     {comment: []string{"#", "//"}, lines: true},
	"slash":    {comment: []string{"//"}},
	"hcl":      {comment: []string{"#", "//"}, lines: true},
	"both":     {comment: []string{"//", "#"}},
	"dash":     {comment: []string{"--"}},
	"kotlin":   {comment: []string{"//"}, kotlin: true},
	"markup":   {markup: true},
	"json":     {},
	"notebook": {comment: []string{"#"}, notebook: true},
	"prose":    {prose: true},
	"markdown": {prose: true, markdown: true},
}

// extensions tell the language; those that are not here have no comments that Scan knows.
var extensions = map[string]string{
	"sh": "shell", "bash": "shell", "zsh": "shell", "ksh": "shell", "fish": "shell", "bats": "shell", "tpl": "shell",
	"py": "python", "pyi": "python", "pyw": "python",
	"rb": "hash", "pl": "hash", "pm": "hash", "r": "hash", "jl": "hash", "ex": "hash", "exs": "hash", "nim": "hash",
	"ps1": "shell", "psm1": "shell", "psd1": "shell", "tcl": "hash", "robot": "hash", "feature": "hash", "mk": "hash",
	"yaml": "config", "yml": "config", "toml": "config", "ini": "config", "cfg": "config", "conf": "config",
	"env": "config", "properties": "config", "j2": "config", "service": "config",
	"http": "http", "rest": "http", "hurl": "http", "bru": "http",
	"tf": "hcl", "tofu": "hcl", "tfvars": "hcl", "hcl": "hcl", "nix": "hash", "php": "both",
	"js": "slash", "mjs": "slash", "cjs": "slash", "jsx": "slash", "ts": "slash", "mts": "slash", "cts": "slash",
	"tsx": "slash", "vue": "slash", "svelte": "slash", "java": "slash", "kt": "kotlin", "kts": "kotlin",
	"scala": "slash", "groovy": "slash", "gradle": "slash", "c": "slash", "cc": "slash", "cpp": "slash",
	"h": "slash", "hpp": "slash", "cs": "slash", "go": "slash", "rs": "slash", "swift": "slash", "dart": "slash",
	"m": "slash", "proto": "slash", "jsonc": "slash", "json5": "slash", "jenkinsfile": "slash",
	"xml": "markup", "jmx": "markup", "xsl": "markup", "xslt": "markup", "xhtml": "markup", "config": "markup", "plist": "markup",
	"sql": "dash", "lua": "dash", "hs": "dash", "json": "json", "har": "json", "ipynb": "notebook",
	"md": "markdown", "markdown": "markdown", "mdx": "markdown", "rmd": "markdown", "qmd": "markdown",
	"rst": "prose", "adoc": "prose", "asciidoc": "prose", "txt": "prose", "text": "prose", "html": "prose",
	"htm": "prose", "tex": "prose", "org": "prose", "log": "prose", "csv": "json", "tsv": "json",
}

// bare are the files that are known by their whole name.
var bare = map[string]string{
	"makefile": "hash", "gnumakefile": "hash", "dockerfile": "shell", "containerfile": "shell",
	"jenkinsfile": "slash", "vagrantfile": "hash", "rakefile": "hash", "gemfile": "hash", "procfile": "shell",
	"license": "prose", "readme": "prose", "changelog": "prose", "authors": "prose", "notice": "prose",
}

var historyName = regexp.MustCompile(`(?i)^(change(s|log)|history|news|releases?|release[-_]?notes)\b`)

// languageOf tells by its name how a file is written, and by its first line if the name does not.
func languageOf(name string, data []byte) language {
	base := strings.ToLower(path.Base(name))
	ext := strings.TrimPrefix(path.Ext(base), ".")
	kind, ok := extensions[ext]
	if !ok {
		kind, ok = bare[strings.TrimSuffix(base, "."+ext)]
	}
	if first, _, _ := bytes.Cut(data[:min(len(data), 100)], []byte("\n")); !ok && bytes.HasPrefix(first, []byte("#!")) {
		kind = "shell"
		if bytes.Contains(first, []byte("python")) {
			kind = "python"
		}
	} else if !ok && (strings.HasPrefix(base, ".env") || strings.HasPrefix(base, ".")) {
		kind = "config"
	}
	lang := languages[kind]
	lang.history = historyName.MatchString(path.Base(name)) && (lang.prose || kind == "")
	return lang
}

// span is a part of a text, from a byte up to another.
type span struct{ start, end int }

func inside(spans []span, at int) bool {
	i, found := slices.BinarySearchFunc(spans, at, func(s span, at int) int { return s.start - at })
	return found || i > 0 && at < spans[i-1].end
}

var fence = regexp.MustCompile("(?m)^[ \t>]*(?:[-*] |[0-9]+\\. )?(```+|~~~+)")

// fences returns the fenced blocks of Markdown.
func fences(data []byte) []span {
	var spans []span
	var open []byte
	for _, m := range fence.FindAllSubmatchIndex(data, -1) {
		mark := data[m[2]:m[3]]
		if open == nil {
			open = mark
			spans = append(spans, span{m[0], len(data)})
		} else if bytes.HasPrefix(mark, open) {
			open = nil
			spans[len(spans)-1].end = m[1]
		}
	}
	return spans
}

// docstrings returns the strings in triple quotes that are statements of their own, which nothing reads.
func docstrings(data []byte) []span {
	var spans []span
	double, single := newFinder(data, `"""`), newFinder(data, "'''")
	for at := 0; ; {
		start, mark := double.from(at), double
		if other := single.from(at); other < start {
			start, mark = other, single
		}
		if start == len(data) {
			return spans
		}
		end := min(mark.from(start+len(mark.what))+len(mark.what), len(data))
		line := bytes.LastIndexByte(data[at:start], '\n') + 1 + at
		before := bytes.TrimRight(data[at:line], " \t\r\n")
		alone := len(bytes.Trim(data[line:start], " \trRuUbB")) == 0
		if alone && (len(before) == 0 || bytes.IndexByte([]byte(`([{,=\+`), before[len(before)-1]) < 0) {
			spans = append(spans, span{start, end})
		}
		at = end
	}
}

// comments returns the comments of XML.
func comments(data []byte) []span {
	var spans []span
	open, closed := newFinder(data, "<!--"), newFinder(data, "-->")
	for at := open.from(0); at < len(data); {
		end := closed.from(at)
		spans = append(spans, span{at, end})
		at = open.from(end)
	}
	return spans
}

// finder finds what stands in a text, and reads the text once for places that grow.
type finder struct {
	text []byte
	what []byte
	next int // the first place at or after the one asked for last; negative before the first question
}

func newFinder(text []byte, what string) *finder { return &finder{text, []byte(what), -1} }

// from returns the first place at or after a byte, or the end of the text.
func (f *finder) from(at int) int {
	if f.next < at {
		f.next = len(f.text)
		if i := bytes.Index(f.text[min(at, len(f.text)):], f.what); i >= 0 {
			f.next = at + i
		}
	}
	return f.next
}

// commentAt reports whether a byte of a line stands in a comment that ends with the line.
func (l language) commentAt(line []byte, at int) bool {
	if len(l.comment) == 0 {
		return false
	}
	start := 0
	if l.notebook {
		start = bytes.IndexByte(line[:at], '"') + 1
	}
	trimmed := bytes.TrimLeft(line[start:], " \t")
	if slices.Contains(l.comment, "//") && (bytes.HasPrefix(trimmed, []byte("* ")) || bytes.HasPrefix(trimmed, []byte("/*"))) {
		return true
	}
	var quote byte
	for i := start; i < at; i++ {
		switch c := line[i]; {
		case c == '\\' && quote != 0:
			i++
		case c == quote:
			quote = 0
		case quote != 0:
		case c == '"' || c == '\'' && (i == start || !wordByte(line[i-1])) || c == '`':
			quote = c
		default:
			for _, leader := range l.comment {
				// A leader begins a comment at the beginning of a word: a URL has "//", and "$#" is no comment.
				if bytes.HasPrefix(line[i:], []byte(leader)) && (i == start || bytes.IndexByte([]byte(" \t;,{}()"), line[i-1]) >= 0) {
					return true
				}
			}
		}
	}
	return false
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}
