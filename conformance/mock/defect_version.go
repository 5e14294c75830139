package mock

import (
	"net/http"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// versionDefects misread Scp-Api-Version, or treat versions differently.
var versionDefects = []Defect{
	readsVersion("version-ignored", "ignores Scp-Api-Version", func(*call) []string { return nil }),
	readsVersion("version-falls-back", "answers an unknown version as the newest", func(c *call) []string {
		if len(c.version) == 1 {
			id, err := lifecycle.ParseID(strings.TrimPrefix(c.version[0], openapi.Service+" "))
			if err == nil && c.server.documents.Lookup(id) == nil {
				return nil
			}
		}
		return c.version
	}),
	readsVersion("version-required", "refuses a request without Scp-Api-Version", func(c *call) []string {
		if len(c.version) == 0 {
			return []string{""}
		}
		return c.version
	}),
	readsOneVersion("version-any-case", "reads the service in any letter case", func(v, _ string) string {
		return strings.ToLower(v)
	}),
	readsOneVersion("version-any-service", "reads the number after any service", func(v, _ string) string {
		_, number, found := strings.Cut(v, " ")
		if !found {
			return v
		}
		return openapi.Service + " " + number
	}),
	readsOneVersion("version-number-alone", "reads a number without its service", func(v, _ string) string {
		if !strings.Contains(v, " ") && v != "" {
			return openapi.Service + " " + v
		}
		return v
	}),
	readsOneVersion("version-trimmed", "reads a version after any number of spaces", func(v, _ string) string {
		return strings.Join(strings.Fields(v), " ")
	}),
	readsOneVersion("version-v", "reads a version with a leading v", func(v, _ string) string {
		return strings.Replace(v, " v", " ", 1)
	}),
	readsOneVersion("version-prefix", "ignores a third number", func(v, _ string) string {
		if service, number, found := strings.Cut(v, " "); found && strings.Count(number, ".") > 1 {
			return service + " " + number[:strings.LastIndex(number, ".")]
		}
		return v
	}),
	readsOneVersion("version-major", "reads 1 as the newest 1.x", func(v, newest string) string {
		if v == openapi.Service+" 1" {
			return newest
		}
		return v
	}),
	readsOneVersion("version-rounded", "answers an unknown 1.9x as the newest", func(v, newest string) string {
		if number, found := strings.CutPrefix(v, openapi.Service+" 1."); found && len(number) > 1 && number[0] == '9' {
			return newest
		}
		return v
	}),
	readsOneVersion("version-at-least", "answers a version older than all as the newest", func(v, newest string) string {
		if strings.HasPrefix(v, openapi.Service+" 0.") {
			return newest
		}
		return v
	}),
	readsOneVersion("version-suffixed", "ignores what follows a hyphen", func(v, _ string) string {
		v, _, _ = strings.Cut(v, "-")
		return v
	}),
	readsOneVersion("version-slash", "reads a slash between service and version", func(v, _ string) string {
		return strings.Replace(v, "/", " ", 1)
	}),
	readsOneVersion("version-latest", "reads latest as the newest version", func(v, newest string) string {
		if v == openapi.Service+" latest" {
			return newest
		}
		return v
	}),
	readsOneVersion("version-empty", "reads an empty version as none", func(v, newest string) string {
		if v == "" {
			return newest
		}
		return v
	}),
	readsVersion("version-last", "takes the last of two versions", func(c *call) []string {
		return c.version[max(0, len(c.version)-1):]
	}),
	readsVersion("planned-answered", "answers a PLANNED version", func(c *call) []string {
		for _, v := range c.server.table.Versions {
			if v.Label == lifecycle.Planned && slices.Equal(c.version, []string{openapi.Service + " " + v.ID.String()}) {
				return nil
			}
		}
		return c.version
	}),
	readsVersion("version-gone-early", "refuses the newest version but one before its date", func(c *call) []string {
		all := c.server.documents.Versions
		if slices.Equal(c.version, []string{openapi.Service + " " + all[max(0, len(all)-2)].Version.ID.String()}) {
			return []string{"refused"}
		}
		return c.version
	}),
	replying("versions-differ", "refuses with 409 in older versions what the newest refuses with 400", func(c *call) {
		if c.answer.status == http.StatusBadRequest && c.request.Method == http.MethodDelete &&
			c.doc != nil && c.doc != c.server.documents.Newest() {
			c.answer = refuse(http.StatusConflict, "ValidationError", "This version differs.")
		}
	}),
	replying("default-differs", "refuses a request without Scp-Api-Version in another way", func(c *call) {
		if c.answer.status == http.StatusBadRequest && len(c.request.Header.Values(signing.HeaderAPIVersion)) == 0 {
			c.answer = refuse(c.answer.status, "OldValidationError", "This is an old version.")
		}
	}),
}

// readsVersion is a defect that takes Scp-Api-Version for other values.
func readsVersion(name, summary string, read func(*call) []string) Defect {
	return Defect{Name: name, Summary: summary, hooks: hooks{receive: func(c *call) { c.version = read(c) }}}
}

// readsOneVersion is a defect that takes the one value of Scp-Api-Version for another. newest is how the
// newest version is written.
func readsOneVersion(name, summary string, read func(version, newest string) string) Defect {
	return readsVersion(name, summary, func(c *call) []string {
		if len(c.version) != 1 {
			return c.version
		}
		return []string{read(c.version[0], openapi.Service+" "+c.server.documents.Newest().Version.ID.String())}
	})
}
