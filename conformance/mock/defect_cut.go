package mock

import (
	"path"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/openapi"
)

// cutting are those that cut an ID somewhere. A path that is cut behind a volume is that of the volume, which
// DELETE deletes: nobody asks for such a detach, and showing the volume tells.
var cutting = []lenience{
	{"matrix", "with parameters after a semicolon", func(asked, known string) bool {
		id, _, found := strings.Cut(asked, ";")
		return found && id == known
	}},
	{"semicolon-list", "in a list of IDs with semicolons", func(asked, known string) bool {
		ids := strings.Split(asked, ";")
		return len(ids) > 1 && slices.Contains(ids, known)
	}},
	{"fragment", "up to a number sign", cutAt("#")},
	{"query", "up to a question mark", cutAt("?")},
	{"segment", "up to a slash that is percent-encoded", cutAt("/")},
	{"backslash", "up to a backslash", cutAt(`\`)},
	{"null", "up to a zero byte", cutAt("\x00")},
	{"line", "with the end of a line behind it", func(asked, known string) bool {
		return asked != known && strings.TrimRight(asked, "\r\n") == known
	}},
	{"unslashed", "with backslashes in it", func(asked, known string) bool {
		return asked != known && strings.ReplaceAll(asked, `\`, "") == known
	}},
}

func cutAt(sign string) func(asked, known string) bool {
	return func(asked, known string) bool {
		id, _, found := strings.Cut(asked, sign)
		return found && id == known
	}
}

// lenientlyShown are others, of those that show volumes.
var lenientlyShown = []lenience{
	{"any-case", "in any letter case", strings.EqualFold},
	{"trimmed", "with blanks around it", func(asked, known string) bool { return strings.TrimSpace(asked) == known }},
	{"longer", "with anything after it", strings.HasPrefix},
	{"shorter", "by its first eight characters or more", func(asked, known string) bool {
		return len(asked) >= 8 && strings.HasPrefix(known, asked)
	}},
	{"wildcard", "by a pattern of * and ?", func(asked, known string) bool {
		matched, err := path.Match(asked, known)
		return err == nil && matched
	}},
	{"kind", "after the letters vol and a hyphen", func(asked, known string) bool { return asked == "vol-"+known }},
}

func lenientShownID(l lenience) Defect {
	return shownAs("shown-id-"+l.name, "shows a volume whose ID is written "+l.summary, func(v *volume, asked string) bool {
		return l.means(asked, v.ID)
	})
}

// shownAs is a defect that shows a volume by what is not its ID.
func shownAs(name, summary string, means func(v *volume, asked string) bool) Defect {
	return Defect{Name: name, Summary: summary, hooks: hooks{operate: whenAsked(openapi.ShowOperation, func(c *call) {
		if c.volume() != nil {
			return
		}
		i := slices.IndexFunc(c.server.world.volumes, func(v *volume) bool { return means(v, c.ids.volume) })
		if i >= 0 {
			c.ids.volume, c.malformed = c.server.world.volumes[i].ID, nil
		}
	})}}
}
