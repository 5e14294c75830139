package migrate

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// sdkModule is the path of the vendor's SDK, of any major version.
var sdkModule = regexp.MustCompile(`^github\.com/(?i:SamsungSDSCloud)/terraform-sdk-` + providerName + `(/v\d+)?$`)

// otherLibrary matches the import of a library of the SDK that is for another service.
var otherLibrary = regexp.MustCompile(`"github\.com/(?i:SamsungSDSCloud)/terraform-sdk-` + providerName + `(?:/v\d+)?/library/([\w-]+)`)

// importsOthers reports whether a Go file imports a library of the SDK for another service.
func importsOthers(data []byte) bool {
	for _, m := range otherLibrary.FindAllSubmatch(data, 100) {
		if string(m[1]) != service {
			return true
		}
	}
	return false
}

// module is a requirement of the vendor's SDK in a go.mod.
type module struct {
	use Use // without its versions
	dir string
}

// module finds the requirement of the vendor's SDK.
func (s *scan) module(name string, data []byte, f *found) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	file, err := modfile.Parse(name, data, nil)
	if err != nil {
		// Directives that a later version of Go has are none of ours.
		lax, laxErr := modfile.ParseLax(name, data, nil)
		if laxErr != nil {
			s.notes.trouble(name, "cannot be parsed: "+err.Error())
			return
		}
		file = lax
	}
	for _, r := range file.Require {
		if !sdkModule.MatchString(r.Mod.Path) {
			continue
		}
		start := r.Syntax.Start.Byte // of the word require, if the line has it
		line, column := position(data, start+max(0, bytes.Index(data[start:], []byte(r.Mod.Path))))
		f.modules = append(f.modules, module{dir: path.Dir(name), use: Use{
			File: name, Line: line, Column: column, Text: r.Mod.Path + " " + r.Mod.Version,
			Rule: GoModule, Sure: Derived,
		}})
	}
}

// moduleUses says which versions a module speaks: those of the clients of the SDK that it imports, since the
// SDK has one for each. A module that imports only what the SDK has for other services speaks none.
func moduleUses(modules []module, uses []Use, others []string) []Use {
	var all []Use
	for _, m := range modules {
		u := m.use
		for _, imported := range uses {
			if imported.Rule == GoImport && strings.Contains(imported.Text, providerName) && m.owns(imported.File, modules) {
				u.Versions = append(u.Versions, imported.Versions...)
			}
		}
		slices.SortFunc(u.Versions, lifecycle.ID.Compare)
		u.Versions = slices.Compact(u.Versions)
		if len(u.Versions) == 0 {
			if slices.ContainsFunc(others, func(file string) bool { return m.owns(file, modules) }) {
				continue
			}
			u.Unknown = "the SDK has a client for each version, and no import of library/" + service + "/X.Y was found in the module, which would decide"
		}
		all = append(all, u)
	}
	return all
}

// owns reports whether a file belongs to a module and to none below it.
func (m module) owns(file string, all []module) bool {
	below := func(dir string) bool { return dir == "." || strings.HasPrefix(file, dir+"/") }
	return below(m.dir) && !slices.ContainsFunc(all, func(other module) bool {
		return len(other.dir) > len(m.dir) && below(other.dir)
	})
}
