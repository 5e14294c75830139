package mock

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/openapi"
)

// lenient are ways to mistake what a request asks for, percent-decoded once, for a known ID.
var lenient = []struct {
	name, summary string
	means         func(asked, known string) bool
}{
	{"any-case", "in any letter case", strings.EqualFold},
	{"trimmed", "with blanks around it", func(asked, known string) bool { return strings.TrimSpace(asked) == known }},
	{"decoded-twice", "percent-encoded twice", func(asked, known string) bool {
		again, err := url.PathUnescape(asked)
		return err == nil && again == known
	}},
	{"cut", "up to a character that IDs do not have", func(asked, known string) bool {
		rest, found := strings.CutPrefix(asked, known)
		return found && rest != "" && strings.ContainsAny(rest[:1], ";,.?#&|%:/\\\x00\n'\"")
	}},
	{"longer", "with anything after it", strings.HasPrefix},
	{"within", "with anything around it", strings.Contains},
	{"shorter", "by its first eight characters or more", func(asked, known string) bool {
		return len(asked) >= 8 && strings.HasPrefix(known, asked)
	}},
	{"wildcard", "by a pattern of * and ?", func(asked, known string) bool {
		matched, err := path.Match(asked, known)
		return err == nil && matched
	}},
	{"sql-wildcard", "by a pattern of % and _", func(asked, known string) bool {
		if !strings.ContainsAny(asked, "%_") {
			return false
		}
		matched, err := path.Match(strings.NewReplacer("%", "*", "_", "?").Replace(asked), known)
		return err == nil && matched
	}},
	{"list", "in a list of IDs", func(asked, known string) bool { return slices.Contains(strings.Split(asked, ","), known) }},
	{"without-hyphens", "without its hyphens", func(asked, known string) bool { return asked == strings.ReplaceAll(known, "-", "") }},
	{"in-braces", "in braces", func(asked, known string) bool { return asked == "{"+known+"}" }},
	{"urn", "as urn:uuid:", func(asked, known string) bool { return asked == "urn:uuid:"+known }},
	{"quoted", "in quotation marks", func(asked, known string) bool { return asked == `"`+known+`"` || asked == "'"+known+"'" }},
}

// idDefects take the ID of a volume or a server leniently, when they detach.
func idDefects() []Defect {
	var all []Defect
	for _, l := range lenient {
		all = append(all,
			lenientID("volume-id-"+l.name, "detaches a volume whose ID is written "+l.summary, func(c *call) {
				for _, v := range c.server.world.volumes {
					if l.means(c.ids.volume, v.ID) && v.at(c.ids.server) != nil {
						c.ids.volume = v.ID
						return
					}
				}
			}),
			lenientID("server-id-"+l.name, "detaches from a server whose ID is written "+l.summary, func(c *call) {
				v := c.volume()
				for _, id := range c.server.world.servers {
					if v != nil && l.means(c.ids.server, id) && v.at(id) != nil {
						c.ids.server = id
						return
					}
				}
			}))
	}
	return all
}

// lenientID is a defect that reads the IDs of a detach leniently.
func lenientID(name, summary string, read func(*call)) Defect {
	return Defect{Name: name, Summary: summary, hooks: hooks{operate: whenAsked(openapi.DetachOperation, func(c *call) {
		asked := c.ids
		if read(c); c.ids != asked {
			c.malformed = nil
		}
	})}}
}
