package migrate

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
)

// writesTerraform reports whether a file may have Terraform in it: scripts, templates and Terragrunt write files
// of Terraform, and pages show it in fences.
func writesTerraform(base string) bool {
	return slices.Contains([]string{".hcl", ".tftpl", ".tmpl", ".tpl", ".j2", ".sh", ".md"}, path.Ext(base))
}

const (
	entryWindow = 400 // how far from its source an entry may begin or end, in bytes
	maxEntries  = 100 // of one file
)

var (
	embeddedSource  = regexp.MustCompile(`\bsource\s*=\s*\\?"[^"]*$`)
	embeddedName    = regexp.MustCompile(`\b[\w-]+\s*=\s*$`)
	embeddedVersion = regexp.MustCompile(`\bversion\s*=\s*\\?"([^"\\$%{]*)\\?"`)
)

// embedded finds the entries of required_providers in a file that writes or shows Terraform.
func embedded(name string, data []byte) (all []provider) {
	t := newText(name, data)
	lower := lowered(data)
	for at := 0; len(all) < maxEntries; {
		i := bytes.Index(lower[at:], []byte(providerName))
		if i < 0 {
			break
		}
		at += i + len(providerName)
		whole, ok := t.entry(at)
		if !ok || !t.fenced(whole.start) || t.silent(whole.start) {
			continue
		}
		p := provider{use: Use{File: name, Rule: TerraformProvider, Sure: Text}}
		show := whole
		if v := embeddedVersion.FindSubmatchIndex(data[whole.start:whole.end]); v != nil {
			show = span{whole.start + v[0], whole.start + v[1]}
			p.version, p.pins = string(data[whole.start+v[2]:whole.start+v[3]]), true
		}
		p.use.Line, p.use.Column = position(data, show.start)
		p.use.Text = t.quote(show)
		all = append(all, p)
	}
	return all
}

// entry returns the entry of required_providers whose source ends in the name of the provider, at a byte.
func (t *text) entry(end int) (span, bool) {
	low, high := max(0, end-entryWindow), min(len(t.data), end+entryWindow)
	before := t.data[low : end-len(providerName)]
	if !embeddedSource.Match(before) || !strings.HasPrefix(strings.TrimPrefix(string(t.data[end:min(end+2, high)]), "\\"), "\"") {
		return span{}, false
	}
	open := bytes.LastIndexAny(before, "{}")
	if open < 0 || before[open] == '}' {
		return span{}, false
	}
	name := embeddedName.FindIndex(before[:open])
	length := bytes.IndexAny(t.data[end:high], "{}")
	if name == nil || length < 0 || t.data[end+length] == '{' {
		return span{}, false
	}
	return span{low + name[0], end + length + 1}, true
}
