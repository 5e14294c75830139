package mock

import (
	"net/http"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/gen/discovery"
	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// discoveryDefects list versions wrongly.
var discoveryDefects = []Defect{
	replying("discovery-signed", "lists versions only for a signed request", func(c *call) {
		if c.asks(openapi.VersionsOperation) {
			c.answer = refuse(http.StatusUnauthorized, "HmacValidFail", "There is no signature.")
		}
	}),
	replying("discovery-missing", "has no list of versions", func(c *call) {
		if c.asks(openapi.VersionsOperation) {
			c.answer = refuse(http.StatusNotFound, "NotFound", "There is nothing here.")
		}
	}),
	listsPerCall("discovery-flips", "leaves out a date in every second list", func(c *call, l []discovery.Version) []discovery.Version {
		if c.number%2 == 0 {
			l[0].NotBefore = nil
		}
		return l
	}),
	lists("two-current", "labels two versions CURRENT", func(l []discovery.Version) []discovery.Version {
		l[newestBut(l, 1)].Status = "CURRENT"
		return l
	}),
	lists("none-current", "labels no version CURRENT", func(l []discovery.Version) []discovery.Version {
		for i := range l {
			if l[i].Status == "CURRENT" {
				l[i].Status = "SUPPORTED"
			}
		}
		return l
	}),
	lists("date-earlier", "ends a version a day earlier than promised", func(l []discovery.Version) []discovery.Version {
		return redated(l, -1)
	}),
	lists("date-withdrawn", "lists no date for a version that has one", func(l []discovery.Version) []discovery.Version {
		l[0].NotBefore = nil
		return l
	}),
	lists("dates-out-of-order", "ends a newer version before an older one", func(l []discovery.Version) []discovery.Version {
		newer := newestBut(l, 1)
		l[0].NotBefore, l[newer].NotBefore = l[newer].NotBefore, l[0].NotBefore
		return l
	}),
	lists("version-unlisted", "leaves out a version that has not ended", func(l []discovery.Version) []discovery.Version {
		return slices.Delete(l, newestBut(l, 1), newestBut(l, 1)+1)
	}),
	lists("newest-unlisted", "leaves out the newest version", func(l []discovery.Version) []discovery.Version {
		return slices.Delete(l, newestBut(l, 0), newestBut(l, 0)+1)
	}),
	lists("label-frozen", "labels a version SUPPORTED although its date is near or past", func(l []discovery.Version) []discovery.Version {
		l[0].Status = "SUPPORTED"
		return l
	}),
	lists("label-early", "labels a version DEPRECATED long before its date", func(l []discovery.Version) []discovery.Version {
		for i := range l {
			if l[i].Status == "SUPPORTED" {
				l[i].Status = "DEPRECATED"
			}
		}
		return l
	}),
	lists("id-without-v", "lists IDs without a leading v", func(l []discovery.Version) []discovery.Version {
		for i := range l {
			l[i].ID = strings.TrimPrefix(l[i].ID, "v")
		}
		return l
	}),
	lists("id-nonsense", "lists a version whose ID is not a number", func(l []discovery.Version) []discovery.Version {
		l[0].ID = "vOne"
		return l
	}),
	lists("label-unknown", "uses an undocumented label", func(l []discovery.Version) []discovery.Version {
		l[0].Status = "SUNSET"
		return l
	}),
	lists("date-nonsense", "lists a date that does not exist", func(l []discovery.Version) []discovery.Version {
		day := "2026-02-31"
		l[0].NotBefore = &day
		return l
	}),
	lists("version-twice", "lists a version twice", func(l []discovery.Version) []discovery.Version {
		return append(l, l[0])
	}),
	lists("versions-empty", "lists no version at all", func([]discovery.Version) []discovery.Version {
		return []discovery.Version{}
	}),
	lists("links-relative", "lists links that are not URLs", func(l []discovery.Version) []discovery.Version {
		l[0].Links = &[]discovery.Link{{Href: "/v1", Rel: "self"}}
		return l
	}),
	lists("links-elsewhere", "lists links to another host", func(l []discovery.Version) []discovery.Version {
		l[0].Links = &[]discovery.Link{{Href: "https://example.com/v1", Rel: "self"}}
		return l
	}),
	lists("date-later", "lists a date too far away for the label of its version", func(l []discovery.Version) []discovery.Version {
		return redated(l, 400)
	}),
}

// lists is a defect that changes the list of versions.
func lists(name, summary string, list func([]discovery.Version) []discovery.Version) Defect {
	return listsPerCall(name, summary, func(_ *call, l []discovery.Version) []discovery.Version { return list(l) })
}

func listsPerCall(name, summary string, list func(*call, []discovery.Version) []discovery.Version) Defect {
	return replying(name, summary, func(c *call) {
		if body, listed := c.answer.body.(discovery.Versions); listed {
			body.Versions = list(c, body.Versions)
			c.answer.body = body
		}
	})
}

// newestBut returns the index of the newest version that is not PLANNED, or of one that many before it.
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

// redated moves the first date by a number of days.
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
