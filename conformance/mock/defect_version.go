package mock

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/scp-openapi/virtualserver/gen/discovery"
	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// versionDefects take Scp-Api-Version for something else, or treat versions differently.
var versionDefects = []Defect{
	{
		Name: "version-ignored", Summary: "ignores Scp-Api-Version",
		CaughtBy: []string{"version-unknown", "version-empty", "version-no-service", "version-other-service", "version-doubled"},
		fault:    fault{version: func(*Server, []string) []string { return nil }},
	},
	{
		Name: "version-falls-back", Summary: "answers a version that there is not as the newest",
		CaughtBy: []string{"version-unknown"},
		fault: fault{version: func(s *Server, header []string) []string {
			if len(header) == 1 {
				if id, err := lifecycle.ParseID(strings.TrimPrefix(header[0], openapi.Service+" ")); err == nil && s.documents.Lookup(id) == nil {
					return nil
				}
			}
			return header
		}},
	},
	{
		Name: "version-required", Summary: "refuses a request without Scp-Api-Version",
		CaughtBy: []string{"version-absent-detaches"},
		fault: fault{version: func(_ *Server, header []string) []string {
			if len(header) == 0 {
				return []string{""}
			}
			return header
		}},
	},
	takesVersion("version-any-case", "reads the service in any letter case", "version-other-case", func(v, _ string) string {
		return strings.ToLower(v)
	}),
	takesVersion("version-any-service", "reads the number behind any service", "version-other-service", func(v, _ string) string {
		_, number, found := strings.Cut(v, " ")
		if !found {
			return v
		}
		return openapi.Service + " " + number
	}),
	takesVersion("version-number-alone", "reads a number without its service", "version-no-service", func(v, _ string) string {
		if !strings.Contains(v, " ") && v != "" {
			return openapi.Service + " " + v
		}
		return v
	}),
	takesVersion("version-trimmed", "reads a version behind any number of spaces", "version-two-spaces", func(v, _ string) string {
		return strings.Join(strings.Fields(v), " ")
	}),
	takesVersion("version-v", "reads a version with a leading v", "version-v-prefix", func(v, _ string) string {
		return strings.Replace(v, " v", " ", 1)
	}),
	takesVersion("version-prefix", "reads as much of a version as it knows", "version-longer", func(v, _ string) string {
		if service, number, found := strings.Cut(v, " "); found && strings.Count(number, ".") > 1 {
			return service + " " + number[:strings.LastIndex(number, ".")]
		}
		return v
	}),
	takesVersion("version-major", "reads 1 for the newest 1.x", "version-major-only", func(v, newest string) string {
		if v == openapi.Service+" 1" {
			return newest
		}
		return v
	}),
	takesVersion("version-rounded", "answers a 1.x that there is not as the newest", "version-unknown-minor", func(v, newest string) string {
		if number, found := strings.CutPrefix(v, openapi.Service+" 1."); found && len(number) > 1 && number[0] == '9' {
			return newest
		}
		return v
	}),
	takesVersion("version-at-least", "answers what is older than all versions as the newest", "version-older", func(v, newest string) string {
		if strings.HasPrefix(v, openapi.Service+" 0.") {
			return newest
		}
		return v
	}),
	takesVersion("version-suffixed", "reads a version up to a hyphen", "version-suffix", func(v, _ string) string {
		v, _, _ = strings.Cut(v, "-")
		return v
	}),
	takesVersion("version-slash", "reads a slash between service and version", "version-separator", func(v, _ string) string {
		return strings.Replace(v, "/", " ", 1)
	}),
	takesVersion("version-latest", "reads latest for a version", "version-no-number", func(v, newest string) string {
		if v == openapi.Service+" latest" {
			return newest
		}
		return v
	}),
	takesVersion("version-empty", "reads an empty version for none", "version-empty", func(v, newest string) string {
		if v == "" {
			return newest
		}
		return v
	}),
	{
		Name: "version-last", Summary: "of two versions takes the last",
		CaughtBy: []string{"version-doubled"},
		fault: fault{version: func(_ *Server, header []string) []string {
			return header[max(0, len(header)-1):]
		}},
	},
	{
		Name: "planned-answered", Summary: "answers a version that is PLANNED",
		CaughtBy: []string{"version-planned"},
		fault: fault{version: func(s *Server, header []string) []string {
			for _, v := range s.table.Versions {
				if v.Label == lifecycle.Planned && slices.Equal(header, []string{openapi.Service + " " + v.ID.String()}) {
					return nil
				}
			}
			return header
		}},
	},
	{
		Name: "version-gone-early", Summary: "no longer answers the newest version but one, whose date has not come",
		CaughtBy: []string{"version-answered", "detach-accepted"},
		fault: fault{version: func(s *Server, header []string) []string {
			all := s.documents.Versions
			if slices.Equal(header, []string{openapi.Service + " " + all[max(0, len(all)-2)].Version.ID.String()}) {
				return []string{"gone"}
			}
			return header
		}},
	},
	{
		Name: "versions-differ", Summary: "refuses with 409 in one version what it refuses with 400 in others",
		CaughtBy: []string{"version-same"},
		fault: fault{answer: func(r *http.Request, a answer) answer {
			if a.status == http.StatusBadRequest && r.Method == http.MethodDelete && !a.newest {
				a.status = http.StatusConflict
				a.body = refuse(a.status, "ValidationError", "It differs.").body
			}
			return a
		}},
	},
	{
		Name: "default-differs", Summary: "answers a request without Scp-Api-Version in another way",
		CaughtBy: []string{"version-absent"},
		fault: fault{answer: func(r *http.Request, a answer) answer {
			if a.status == http.StatusBadRequest && len(r.Header.Values(signing.HeaderAPIVersion)) == 0 {
				a.body = refuse(a.status, "OldValidationError", "It is an old version.").body
			}
			return a
		}},
	},
}

// takesVersion is a defect that reads a version more generously than it should. newest is how the newest
// version is written.
func takesVersion(name, summary, turns string, read func(version, newest string) string) Defect {
	return Defect{Name: name, Summary: summary, CaughtBy: []string{turns}, fault: fault{
		version: func(s *Server, header []string) []string {
			if len(header) == 1 {
				return []string{read(header[0], openapi.Service+" "+s.documents.Newest().Version.ID.String())}
			}
			return header
		},
	}}
}

// discoveryDefects list versions wrongly. They are made anew for each mock, as one of them remembers.
func discoveryDefects() []Defect {
	return []Defect{
		{
			Name: "discovery-signed", Summary: "lists versions only to who has a signature",
			CaughtBy: []string{"discovery-answers"},
			fault: fault{answer: func(r *http.Request, a answer) answer {
				if rawPath(r) == "/" {
					return refuse(http.StatusUnauthorized, "HmacValidFail", "There is no signature.")
				}
				return a
			}},
		},
		{
			Name: "discovery-missing", Summary: "has no list of versions",
			CaughtBy: []string{"discovery-answers"},
			fault: fault{answer: func(r *http.Request, a answer) answer {
				if rawPath(r) == "/" {
					return refuse(http.StatusNotFound, "NotFound", "There is nothing here.")
				}
				return a
			}},
		},
		{
			Name: "discovery-flips", Summary: "lists its versions in two ways, by turns",
			CaughtBy: []string{"discovery-stable"},
			fault:    fault{list: byTurns()},
		},
		lists("two-current", "labels two versions CURRENT", []string{"discovery-current"}, func(l []discovery.Version) []discovery.Version {
			l[newestBut(l, 1)].Status = "CURRENT"
			return l
		}),
		lists("none-current", "labels no version CURRENT", []string{"discovery-current"}, func(l []discovery.Version) []discovery.Version {
			for i := range l {
				if l[i].Status == "CURRENT" {
					l[i].Status = "SUPPORTED"
				}
			}
			return l
		}),
		lists("date-earlier", "ends a version a day earlier than was promised", []string{"discovery-date"}, func(l []discovery.Version) []discovery.Version {
			return redated(l, -1)
		}),
		lists("date-withdrawn", "gives no date for a version that had one", []string{"discovery-date"}, func(l []discovery.Version) []discovery.Version {
			l[0].NotBefore = nil
			return l
		}),
		lists("dates-out-of-order", "ends a newer version before an older one", []string{"discovery-order"}, func(l []discovery.Version) []discovery.Version {
			newer := newestBut(l, 1)
			l[0].NotBefore, l[newer].NotBefore = l[newer].NotBefore, l[0].NotBefore
			return l
		}),
		lists("version-unlisted", "leaves a version out that has not ended", []string{"discovery-listed"}, func(l []discovery.Version) []discovery.Version {
			return slices.Delete(l, newestBut(l, 1), newestBut(l, 1)+1)
		}),
		lists("newest-unlisted", "leaves the newest version out", []string{"discovery-listed", "discovery-current"}, func(l []discovery.Version) []discovery.Version {
			return slices.Delete(l, newestBut(l, 0), newestBut(l, 0)+1)
		}),
		lists("label-frozen", "labels a version SUPPORTED whose date is near, or has come", []string{"discovery-state"}, func(l []discovery.Version) []discovery.Version {
			l[0].Status = "SUPPORTED"
			return l
		}),
		lists("label-early", "labels a version DEPRECATED long before its date", []string{"discovery-state"}, func(l []discovery.Version) []discovery.Version {
			for i := range l {
				if l[i].Status == "SUPPORTED" {
					l[i].Status = "DEPRECATED"
				}
			}
			return l
		}),
		lists("id-without-v", "lists IDs without a leading v", []string{"discovery-form"}, func(l []discovery.Version) []discovery.Version {
			for i := range l {
				l[i].ID = strings.TrimPrefix(l[i].ID, "v")
			}
			return l
		}),
		lists("id-nonsense", "lists a version whose ID is no number", []string{"discovery-answers"}, func(l []discovery.Version) []discovery.Version {
			l[0].ID = "vOne"
			return l
		}),
		lists("label-lower-case", "writes labels in lower case", []string{"discovery-form"}, func(l []discovery.Version) []discovery.Version {
			for i := range l {
				l[i].Status = strings.ToLower(l[i].Status)
			}
			return l
		}),
		lists("label-unknown", "has a label of its own", []string{"discovery-answers"}, func(l []discovery.Version) []discovery.Version {
			l[0].Status = "SUNSET"
			return l
		}),
		lists("date-nonsense", "gives a date that is no day", []string{"discovery-answers"}, func(l []discovery.Version) []discovery.Version {
			day := "2026-02-31"
			l[0].NotBefore = &day
			return l
		}),
		lists("version-twice", "lists a version twice", []string{"discovery-answers"}, func(l []discovery.Version) []discovery.Version {
			return append(l, l[0])
		}),
		lists("versions-empty", "lists no version at all", []string{"discovery-answers"}, func([]discovery.Version) []discovery.Version {
			return []discovery.Version{}
		}),
		lists("links-missing", "lists versions without links", []string{"discovery-form"}, func(l []discovery.Version) []discovery.Version {
			for i := range l {
				l[i].Links = nil
			}
			return l
		}),
		lists("links-relative", "lists links that are no URLs", []string{"discovery-form"}, func(l []discovery.Version) []discovery.Version {
			l[0].Links = &[]discovery.Link{{Href: "/v1", Rel: "self"}}
			return l
		}),
	}
}

// byTurns gives the oldest version no date every second time.
func byTurns() func([]discovery.Version) []discovery.Version {
	var times atomic.Int64
	return func(l []discovery.Version) []discovery.Version {
		if times.Add(1)%2 == 0 {
			l[0].NotBefore = nil
		}
		return l
	}
}

func lists(name, summary string, turns []string, list func([]discovery.Version) []discovery.Version) Defect {
	return Defect{Name: name, Summary: summary, CaughtBy: turns, fault: fault{list: list}}
}

// newestBut is the index of the newest version that can be called, or of one so many before it.
func newestBut(l []discovery.Version, before int) int {
	for i := len(l) - 1; i >= 0; i-- {
		if l[i].Status == "PLANNED" {
			continue
		}
		if before == 0 {
			return i
		}
		before--
	}
	return 0
}

// redated moves the first date by so many days.
func redated(l []discovery.Version, days int) []discovery.Version {
	for i := range l {
		if l[i].NotBefore == nil {
			continue
		}
		if date, err := lifecycle.ParseDate(*l[i].NotBefore); err == nil {
			moved := date.Plus(days).String()
			l[i].NotBefore = &moved
			return l
		}
	}
	return l
}
