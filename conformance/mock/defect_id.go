package mock

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/openapi"
)

// lenience is a way to mistake what a request asks for, percent-decoded once, for a known ID.
type lenience struct {
	name, summary string
	means         func(asked, known string) bool
}

// lenient are those that tell when a volume is detached.
var lenient = []lenience{
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
	{"extension", "with the extension of a file", func(asked, known string) bool {
		return strings.TrimSuffix(asked, path.Ext(asked)) == known && asked != known
	}},
	{"action", "with an action after a colon", func(asked, known string) bool {
		id, action, found := strings.Cut(asked, ":")
		return found && action != "" && id == known
	}},
	{"first-group", "by its first group", func(asked, known string) bool { return asked == known[:strings.IndexByte(known, '-')] }},
	{"all-but-last", "with another last character", func(asked, known string) bool {
		return len(asked) == len(known) && asked[:len(asked)-1] == known[:len(known)-1]
	}},
	{"cleaned", "with characters around it that IDs do not have", func(asked, known string) bool {
		return strings.TrimFunc(asked, func(r rune) bool { return !unicode.In(r, unicode.ASCII_Hex_Digit) }) == known
	}},
	{"zero-width", "with characters around it that nobody sees", func(asked, known string) bool {
		return strings.Trim(asked, "\u200b\ufeff\u00a0\u2060") == known
	}},
	{"full-width", "with full-width letters and digits in it", func(asked, known string) bool {
		return asked != known && known == strings.Map(func(r rune) rune {
			if r >= '！' && r <= '～' {
				return r - '！' + '!'
			}
			return r
		}, asked)
	}},
	{"hyphens-ignored", "with its hyphens anywhere", func(asked, known string) bool {
		return strings.ReplaceAll(asked, "-", "") == strings.ReplaceAll(known, "-", "")
	}},
	{"underscores", "with underscores for hyphens", func(asked, known string) bool { return strings.ReplaceAll(asked, "_", "-") == known }},
	{"number", "as a decimal number", func(asked, known string) bool {
		n, isNumber := new(big.Int).SetString(asked, 10)
		return isNumber && n.Cmp(new(big.Int).SetBytes(bytesOf(known))) == 0
	}},
	{"base64", "in base64", func(asked, known string) bool { return asked == base64.RawURLEncoding.EncodeToString(bytesOf(known)) }},
	{"guid-bytes", "as a GUID in the byte order of Windows", func(asked, known string) bool {
		b := bytesOf(known)
		if len(b) != 16 {
			return false
		}
		slices.Reverse(b[0:4])
		slices.Reverse(b[4:6])
		slices.Reverse(b[6:8])
		return strings.ReplaceAll(asked, "-", "") == hex.EncodeToString(b)
	}},
	{"hexadecimal", "as a number after 0x", func(asked, known string) bool {
		digits, found := strings.CutPrefix(asked, "0x")
		return found && digits == strings.ReplaceAll(known, "-", "")
	}},
	{"json-list", "in a JSON array", func(asked, known string) bool {
		var ids []string
		return json.Unmarshal([]byte(asked), &ids) == nil && slices.Contains(ids, known)
	}},
	{"regexp", "by a regular expression", func(asked, known string) bool {
		re, err := regexp.Compile("^(?:" + asked + ")$")
		return err == nil && asked != known && re.MatchString(known)
	}},
	{"named", "after its name and an equals sign", func(asked, known string) bool {
		name, id, found := strings.Cut(asked, "=")
		return found && name != "" && id == known
	}},
	{"after-prefix", "after a word and a hyphen", func(asked, known string) bool {
		word, id, found := strings.Cut(asked, "-")
		return found && word != "" && id == known
	}},
	{"kind", "after its kind and a colon, a point or an underscore", func(asked, known string) bool {
		i := strings.IndexAny(asked, ":._")
		return i > 0 && asked[i+1:] == known
	}},
}

// bytesOf are the bytes that a UUID stands for.
func bytesOf(id string) []byte {
	b, _ := hex.DecodeString(strings.ReplaceAll(id, "-", "")) // nil for what is no UUID
	return b
}

// idDefects take the ID of a volume or a server leniently, when they detach or when they show.
func idDefects() []Defect {
	var all []Defect
	for _, l := range lenient {
		all = append(all, lenientVolumeID(l), lenientServerID(l))
	}
	for _, l := range cutting {
		all = append(all, lenientServerID(l), lenientShownID(l))
	}
	for _, l := range lenientlyShown {
		all = append(all, lenientShownID(l))
	}
	return append(all,
		lenientAttach("any-case", "in any letter case", strings.ToLower),
		lenientAttach("trimmed", "with blanks around it", strings.TrimSpace),
		lenientAttach("cut", "with anything behind it", func(asked string) string { return asked[:min(len(asked), len(ServerID))] }),
		shownAs("shown-id-name", "shows a volume by its name", func(v *volume, asked string) bool { return v.Name == asked }),
		lenientID("server-id-any-word", "detaches from any server if the request names none but a word for all", func(c *call) {
			words := []string{"*", "-", "all", "any", "null", "none", "undefined", "0"}
			if v := c.volume(); v != nil && len(v.attachments) > 0 && !v.Bootable && slices.Contains(words, strings.ToLower(c.ids.server)) {
				c.ids.server = v.attachments[0].server
			}
		}),
		lenientID("server-id-of-volume", "detaches from any server if the request names the volume in its place", func(c *call) {
			if v := c.volume(); v != nil && len(v.attachments) > 0 && !v.Bootable && c.ids.server == v.ID {
				c.ids.server = v.attachments[0].server
			}
		}),
		lenientID("server-id-device", "detaches from the server at which the volume has the device that the request names", func(c *call) {
			v := c.volume()
			if v == nil || v.Bootable {
				return
			}
			for _, at := range v.attachments {
				if path.Base(at.device) == c.ids.server {
					c.ids.server = at.server
				}
			}
		}))
}

// lenientAttach is a defect that reads the server of an attach leniently.
func lenientAttach(name, summary string, read func(asked string) string) Defect {
	return Defect{
		Name: "attach-id-" + name, Summary: "attaches to a server whose ID is written " + summary,
		hooks: hooks{operate: whenAsked(openapi.AttachOperation, func(c *call) {
			var body volumes.AttachRequest
			if json.Unmarshal(c.body, &body) == nil {
				body.ServerID = read(body.ServerID)
				c.body, _ = json.Marshal(body) // what was read can be written
			}
		})},
	}
}

func lenientVolumeID(l lenience) Defect {
	return lenientID("volume-id-"+l.name, "detaches a volume whose ID is written "+l.summary, func(c *call) {
		for _, v := range c.server.world.volumes {
			if l.means(c.ids.volume, v.ID) && v.at(c.ids.server) != nil {
				c.ids.volume = v.ID
				return
			}
		}
	})
}

func lenientServerID(l lenience) Defect {
	return lenientID("server-id-"+l.name, "detaches from a server whose ID is written "+l.summary, func(c *call) {
		v := c.volume()
		for _, id := range c.server.world.servers {
			if v != nil && l.means(c.ids.server, id) && v.at(id) != nil {
				c.ids.server = id
				return
			}
		}
	})
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
