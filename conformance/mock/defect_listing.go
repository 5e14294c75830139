package mock

import (
	"net/http"
	"strings"

	"github.com/scp-openapi/virtualserver/gen/discovery"
	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// listingDefects list versions wrongly for some requests, or to the day.
var listingDefects = []Defect{
	listsPerCall("label-day-late", "labels a version SUPPORTED with 89 days left", func(c *call, l []discovery.Version) []discovery.Version {
		return relabelled(l, "SUPPORTED", c.server.day().Plus(89))
	}),
	listsPerCall("label-day-early", "labels a version DEPRECATED with 90 days left", func(c *call, l []discovery.Version) []discovery.Version {
		return relabelled(l, "DEPRECATED", c.server.day().Plus(90))
	}),
	listsPerCall("label-week-late", "labels a version SUPPORTED with 83 days left", func(c *call, l []discovery.Version) []discovery.Version {
		return relabelled(l, "SUPPORTED", c.server.day().Plus(83))
	}),
	lists("current-oldest", "labels the oldest version CURRENT, and the newest SUPPORTED", func(l []discovery.Version) []discovery.Version {
		l[newestBut(l, 0)].Status, l[0].Status, l[0].NotBefore = "SUPPORTED", "CURRENT", nil
		return l
	}),
	lists("label-active", "writes labels as the documents do", func(l []discovery.Version) []discovery.Version {
		for i := range l {
			l[i].Status = "ACTIVE (" + l[i].Status + ")"
		}
		return l
	}),
	lists("date-time", "lists dates with a time", func(l []discovery.Version) []discovery.Version {
		for i := range l {
			if l[i].NotBefore != nil {
				withTime := *l[i].NotBefore + "T00:00:00Z"
				l[i].NotBefore = &withTime
			}
		}
		return l
	}),
	links("links-other-port", "lists links to another port", func(href string) string { return strings.Replace(href, "/v1", "1/v1", 1) }),
	links("links-other-scheme", "lists links that are not HTTP", func(href string) string { return strings.Replace(href, "http", "ftp", 1) }),
	links("links-password", "lists links with a password", func(href string) string { return strings.Replace(href, "://", "://admin:admin@", 1) }),
	links("links-without-scheme", "lists links without a scheme", func(href string) string {
		_, rest, _ := strings.Cut(href, ":")
		return rest
	}),
	links("links-look-alike", "lists links to a host whose name begins the same", func(href string) string {
		return strings.Replace(href, "/v1", ".example.com/v1", 1)
	}),
	lists("links-newest-major", "links the newest version to the path of another", func(l []discovery.Version) []discovery.Version {
		newest := l[newestBut(l, 0)]
		(*newest.Links)[0].Href = strings.Replace((*newest.Links)[0].Href, "/v1", "/v2", 1)
		return l
	}),
	lists("links-neighbour", "links each version to the path of the one before", func(l []discovery.Version) []discovery.Version {
		for i := range l {
			l[i].Links = &[]discovery.Link{{Href: strings.Replace((*l[i].Links)[0].Href, "/v1", "/"+l[max(0, i-1)].ID, 1), Rel: "self"}}
		}
		return l
	}),
	linksFollow("links-forwarded-host", "links to the host of X-Forwarded-Host", "X-Forwarded-Host", func(_, forwarded string) string {
		return "http://" + forwarded + "/v1"
	}),
	linksFollow("links-forwarded", "links to the host of Forwarded", "Forwarded", func(_, forwarded string) string {
		_, host, _ := strings.Cut(forwarded, "host=")
		return "http://" + host + "/v1"
	}),
	linksFollow("links-forwarded-proto", "links with the scheme of X-Forwarded-Proto", "X-Forwarded-Proto", func(href, forwarded string) string {
		_, rest, _ := strings.Cut(href, ":")
		return forwarded + ":" + rest
	}),
	lists("date-day-late", "lists a date a day late, as in another time zone", func(l []discovery.Version) []discovery.Version {
		return redated(l, 1)
	}),
	{Name: "newer-current-old-default", Summary: "lists a newer version as CURRENT, and answers a request without a version as the oldest", hooks: hooks{
		receive: func(c *call) {
			if len(c.version) == 0 {
				c.version = []string{pinned(c.server.documents.Versions[0].Version.ID)}
			}
		},
		reply: func(c *call) {
			if body, listed := c.answer.body.(discovery.Versions); listed {
				newest := &body.Versions[newestBut(body.Versions, 0)]
				newest.Status = "SUPPORTED"
				body.Versions = append(body.Versions, discovery.Version{ID: "v8.5", Status: "CURRENT"})
				c.answer.body = body
			}
		},
	}},
	listsPerCall("discovery-one-version", "lists the version alone that Scp-Api-Version names", func(c *call, l []discovery.Version) []discovery.Version {
		for i := range l {
			if c.request.Header.Get(signing.HeaderAPIVersion) == openapi.Service+" "+strings.TrimPrefix(l[i].ID, "v") {
				return l[i : i+1]
			}
		}
		return l
	}),
	listsPerCall("discovery-signed-differs", "lists no dates to a caller with an access key", func(c *call, l []discovery.Version) []discovery.Version {
		if c.request.Header.Get(signing.HeaderAccessKey) != "" {
			for i := range l {
				l[i].NotBefore = nil
			}
		}
		return l
	}),
	listsPerCall("discovery-translated", "writes labels in Korean for Koreans", func(c *call, l []discovery.Version) []discovery.Version {
		if strings.HasPrefix(c.request.Header.Get(signing.HeaderLanguage), "ko") {
			for i := range l {
				l[i].Status = "지원"
			}
		}
		return l
	}),
	lists("ended-unlisted", "leaves out a version that has ended, and answers it", func(l []discovery.Version) []discovery.Version { return l[1:] }),
	replying("discovery-query-unknown", "has no list of versions for who adds a query", func(c *call) {
		if c.asks(openapi.VersionsOperation) && strings.Contains(c.request.RequestURI, "?") {
			c.answer = refuse(http.StatusNotFound, "NotFound", "There is nothing here.")
		}
	}),
	replying("discovery-checks-signature", "refuses to list versions for a wrong signature", func(c *call) {
		if c.asks(openapi.VersionsOperation) && c.request.Header.Get(signing.HeaderSignature) != "" && c.server.verifier.Verify(c.request) != nil {
			c.answer = refuse(http.StatusUnauthorized, "HmacValidFail", "The signature is wrong.")
		}
	}),
	listsPerCall("discovery-now-and-then", "leaves a version out of every third list", func(c *call, l []discovery.Version) []discovery.Version {
		if c.number%3 == 0 {
			return l[1:]
		}
		return l
	}),
	{Name: "discovery-any-method", Summary: "lists versions whatever the method", hooks: hooks{receive: func(c *call) {
		if c.path == "/" {
			c.method = http.MethodGet
		}
	}}},
}

// linksFollow is a defect that takes from a header of the request where links lead.
func linksFollow(name, summary, header string, href func(href, value string) string) Defect {
	return listsPerCall(name, summary, func(c *call, l []discovery.Version) []discovery.Version {
		value := c.request.Header.Get(header)
		for i := range l {
			if value != "" && l[i].Links != nil {
				l[i].Links = &[]discovery.Link{{Href: href((*l[i].Links)[0].Href, value), Rel: "self"}}
			}
		}
		return l
	})
}

// relabelled gives the newest version but one another label and date.
func relabelled(l []discovery.Version, label string, date lifecycle.Date) []discovery.Version {
	day := date.String()
	l[newestBut(l, 1)].Status, l[newestBut(l, 1)].NotBefore = label, &day
	return l
}

// links is a defect that changes the links of all versions.
func links(name, summary string, change func(href string) string) Defect {
	return lists(name, summary, func(l []discovery.Version) []discovery.Version {
		for i := range l {
			if l[i].Links == nil {
				continue
			}
			for j, link := range *l[i].Links {
				(*l[i].Links)[j].Href = change(link.Href)
			}
		}
		return l
	})
}
