package cases

import (
	"context"
	"encoding/json"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/gen/discovery"
	"github.com/scp-openapi/virtualserver/signing"
)

// entries are the versions as they are written in the list.
func entries(ctx context.Context, t *conformance.Trial) ([]discovery.Version, conformance.Exchange, error) {
	l, err := listed(ctx, t)
	if err != nil {
		return nil, l.answer, err
	}
	var list discovery.Versions
	if err := json.Unmarshal(l.answer.Body, &list); err != nil {
		return nil, l.answer, conformance.ShownBy(l.answer, conformance.Broken(discoveryForm, conformance.CodeDiscovery, "GET / gives versions in another form: %w", err))
	}
	return list.Versions, l.answer, nil
}

// discoveryFormed looks at what lifecycle.ParseDiscovery is generous about. Whether a status is written in
// upper or lower case, and whether there are links, is left to the endpoint.
func discoveryFormed(ctx context.Context, t *conformance.Trial) error {
	list, e, err := entries(ctx, t)
	if err != nil {
		return err
	}
	for _, v := range list {
		if !strings.HasPrefix(v.ID, "v") {
			return conformance.ShownBy(e, conformance.Broken(discoveryForm, conformance.CodeDiscovery, "version %q has no leading v", v.ID))
		}
		if !slices.Contains([]string{"CURRENT", "SUPPORTED", "DEPRECATED", "PLANNED"}, strings.ToUpper(v.Status)) {
			return conformance.ShownBy(e, conformance.Broken(discoveryForm, conformance.CodeDiscovery, "version %s has the status %q, and not one word of the four", v.ID, v.Status))
		}
		if v.NotBefore != nil && len(*v.NotBefore) == len("20260831") {
			t.Note("version %s has the date %q; the Common reference writes it with hyphens", v.ID, *v.NotBefore)
		}
	}
	return nil
}

// linksLeadHere judges where links lead: a client that follows one takes its signed requests there. Missing links
// are no finding.
func linksLeadHere(ctx context.Context, t *conformance.Trial) error {
	list, e, err := entries(ctx, t)
	if conformance.VerdictOf(err) == conformance.Fail {
		return conformance.ShownBy(e, conformance.CannotJudge(conformance.CodeSetup, "%w (judged by discovery-form)", err))
	}
	if err != nil {
		return err
	}
	links := 0
	for _, v := range list {
		if v.Links == nil {
			continue
		}
		for _, link := range *v.Links {
			if slices.Contains(aboutVersions, strings.ToLower(link.Rel)) {
				continue
			}
			links++
			why := astray(link.Href, t.Endpoint())
			if why == "" {
				why = toOtherVersion(link.Href, v.ID)
			}
			if why != "" {
				return conformance.ShownBy(e, conformance.Broken(discoveryLinks, conformance.CodeDiscovery,
					"version %s has the link %.200q, which %s; a client that follows it takes its signed requests there", v.ID, withoutPassword(link.Href), why))
			}
		}
	}
	if links == 0 {
		return conformance.NotApplicable("no version has a link")
	}
	return nil
}

// aboutVersions are the relations of links to what is written about a version, which may be anywhere.
var aboutVersions = []string{"about", "alternate", "deprecation", "describedby", "help", "license", "service-desc", "service-doc", "sunset"}

// astray says why a link does not lead to the endpoint, or nothing.
func astray(href string, endpoint signing.Endpoint) string {
	u, err := url.Parse(href)
	if err != nil || u.Host == "" || u.Scheme == "" {
		return "is not an absolute URL"
	}
	if u.User != nil {
		return "holds a user or a password"
	}
	there, err := signing.ParseEndpoint(u.Scheme + "://" + u.Host)
	switch {
	case err != nil:
		return "leads to no endpoint"
	case there == endpoint:
		return ""
	case sameName(u, endpoint):
		return "leads to another scheme or port than " + endpoint.String()
	}
	return "leads to another host than " + endpoint.String()
}

// versionSegment is a segment of a path that names a version: v1, or v1.3.
var versionSegment = regexp.MustCompile(`^v(\d+)(?:\.(\d+))?$`)

// toOtherVersion says why a link leads to another version than the one it is listed for, or nothing. Every version
// is served below /v1: what else may be in a path is not documented.
func toOtherVersion(href, version string) string {
	u, err := url.Parse(href)
	if err != nil {
		return ""
	}
	major, _, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	for segment := range strings.SplitSeq(u.Path, "/") {
		named := versionSegment.FindStringSubmatch(segment)
		if named == nil || segment == version || named[1] == major && named[2] == "" || segment == servedBelow {
			continue
		}
		return "leads to " + segment
	}
	return ""
}

// servedBelow is the segment that the paths of every version begin with.
const servedBelow = "v1"

func sameName(u *url.URL, endpoint signing.Endpoint) bool {
	_, host, _ := strings.Cut(endpoint.String(), "://")
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.EqualFold(u.Hostname(), strings.Trim(host, "[]"))
}

// withoutPassword is a link as it may be printed.
func withoutPassword(href string) string {
	u, err := url.Parse(href)
	if err != nil {
		return href
	}
	return u.Redacted()
}
