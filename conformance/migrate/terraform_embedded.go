package migrate

import (
	"bytes"
	"path"
	"regexp"
	"slices"
)

// writesTerraform reports whether a file may have Terraform in it: scripts, templates and Terragrunt write files
// of Terraform, and pages show it in fences.
func writesTerraform(base string) bool {
	return slices.Contains([]string{".hcl", ".tftpl", ".tmpl", ".tpl", ".j2", ".sh", ".md"}, path.Ext(base))
}

const (
	entryWindow = 400 // how far from its source an entry may begin or end, in bytes
	maxSource   = 100 // bytes of the address of a provider, before its name
	maxEntries  = 100 // of one file
)

var (
	sourceKey       = regexp.MustCompile(`\bsource\s*=\s*\\?$`)
	embeddedName    = regexp.MustCompile(`\b[\w-]+\s*=\s*$`)
	embeddedVersion = regexp.MustCompile(`\bversion\s*=\s*\\?"([^"\\$%{]*)\\?"`)
)

// embedded finds the entries of required_providers in a file that writes or shows Terraform.
func embedded(name string, data []byte) (all []provider) {
	t := newText(name, data)
	found := newFinder(lowered(data), providerName)
	for at := found.from(0); at < len(data); at = found.from(at + len(providerName)) {
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
		if len(all) == maxEntries {
			p.use.Unknown = "the file has too many providers: those that follow were not looked at"
		}
		p.use.Line, p.use.Column = position(data, show.start)
		p.use.Text = t.quote(show)
		if all = append(all, p); len(all) > maxEntries {
			break
		}
	}
	return all
}

// entry returns the entry of required_providers whose source has the name of the provider at a byte, and ends
// with it.
func (t *text) entry(at int) (span, bool) {
	end := at + len(providerName)
	low, high := max(0, at-entryWindow), min(len(t.data), end+entryWindow)
	if rest := t.data[end:high]; !bytes.HasPrefix(rest, []byte(`"`)) && !bytes.HasPrefix(rest, []byte(`\"`)) {
		return span{}, false
	}
	length := bytes.IndexAny(t.data[end:high], "{}")
	if length < 0 || t.data[end+length] == '{' {
		return span{}, false
	}
	quote := bytes.LastIndexByte(tail(t.data[low:at], maxSource), '"')
	if quote < 0 {
		return span{}, false
	}
	before := t.data[low : at-len(tail(t.data[low:at], maxSource))+quote]
	open := bytes.LastIndexAny(before, "{}")
	if open < 0 || before[open] == '}' || !sourceKey.Match(tail(before, 30)) {
		return span{}, false
	}
	name := embeddedName.FindIndex(tail(before[:open], 80))
	if name == nil {
		return span{}, false
	}
	start := low + open - len(tail(before[:open], 80)) + name[0]
	return span{start, end + length + 1}, true
}
