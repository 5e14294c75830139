package cases

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/gen/discovery"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// discoveryStable asks again, several times: one answer of several may come from another server.
func discoveryStable(ctx context.Context, t *conformance.Trial) error {
	const times = 5
	first, err := listed(ctx, t)
	if err != nil {
		return err
	}
	for range times {
		table, e, err := t.Discover(ctx)
		if conformance.VerdictOf(err) == conformance.Inconclusive || guarded(err) {
			return err
		}
		if err != nil {
			return conformance.ShownBy(e, conformance.Broken(discovery200, conformance.CodeUnstable, "GET / gave a list, and asked again: %w", err))
		}
		if !sameTable(first.table, table) {
			return conformance.ShownBy(e, conformance.Broken(discovery200, conformance.CodeUnstable,
				"GET / said %s, and then %s", inOrder(first.table), inOrder(table)))
		}
	}
	return nil
}

// inOrder are the versions of a list, in whatever order it has them.
func inOrder(table lifecycle.Table) string {
	versions := slices.SortedFunc(slices.Values(table.Versions), func(a, b lifecycle.Version) int { return a.ID.Compare(b.ID) })
	var words []string
	for _, v := range versions {
		words = append(words, fmt.Sprintf("%s %s %s", v.ID, v.Label, v.NotBefore))
	}
	return strings.Join(words, ", ")
}

func sameTable(a, b lifecycle.Table) bool { return inOrder(a) == inOrder(b) }

// comparesLists ends a case that compares lists where there is none to compare with.
func comparesLists(ctx context.Context, t *conformance.Trial) error {
	if err := t.AskedOnce(); err != nil {
		return err
	}
	_, err := listed(ctx, t)
	return err
}

// discoveryHeaders ask for the list with headers and queries that have nothing to do with it. Where an Accept names
// something else than JSON, 406 or something else than JSON is a right answer as well.
func discoveryHeaders() []conformance.Variant {
	with := func(name, header, value string) conformance.Variant {
		return asksList(name, fmt.Sprintf("%s: %.60q", header, value), func(_ *conformance.Trial, req *http.Request) { req.Header.Set(header, value) })
	}
	signed := func(t *conformance.Trial, req *http.Request) {
		req.Header.Set(signing.HeaderAccessKey, t.Credentials().AccessKey)
		req.Header.Set(signing.HeaderTimestamp, fmt.Sprint(t.Now().UnixMilli()))
		req.Header.Set(signing.HeaderClientType, "Openapi")
		t.Resign(req, nil)
	}
	return []conformance.Variant{
		asksList("signed", "a signature", signed),
		asksList("signed-wrongly", "a signature made with another secret key", func(t *conformance.Trial, req *http.Request) {
			signed(t, req)
			t.WrongSecret(req)
		}),
		asksList("query", "the query x=y", func(_ *conformance.Trial, req *http.Request) { req.URL.RawQuery = "x=y" }),
		asksList("query-empty", "an empty query", func(_ *conformance.Trial, req *http.Request) { req.URL.ForceQuery = true }),
		with("access-key-alone", signing.HeaderAccessKey, "unknown"),
		with("signature-alone", signing.HeaderSignature, "bm8gc2lnbmF0dXJl"),
		with("timestamp-alone", signing.HeaderTimestamp, "0"),
		asksList("version", "the version in Scp-Api-Version", func(t *conformance.Trial, req *http.Request) {
			req.Header.Set(signing.HeaderAPIVersion, conformance.PinnedTo(t.Version()))
		}),
		asksList("version-oldest", "the oldest version in Scp-Api-Version", func(t *conformance.Trial, req *http.Request) {
			if standings := t.Standings(); len(standings) > 0 {
				req.Header.Set(signing.HeaderAPIVersion, conformance.PinnedTo(standings[0].ID))
			}
		}),
		with("version-unknown", signing.HeaderAPIVersion, farAway),
		with("version-empty", signing.HeaderAPIVersion, ""),
		with("korean", signing.HeaderLanguage, "ko-KR"),
		with("english", signing.HeaderLanguage, "en-US"),
		with("unknown-language", signing.HeaderLanguage, "xx"),
		with("accept-json", "Accept", "application/json"),
		with("accept-anything", "Accept", "*/*"),
		with("accept-json-charset", "Accept", "application/json;charset=utf-8"),
		with("accept-text", "Accept", "text/html"),
		with("accept-xml", "Accept", "application/xml"),
		with("cookie", "Cookie", "session=1"),
		with("forwarded-host", "X-Forwarded-Host", "example.com"),
		with("forwarded", "Forwarded", "host=example.com"),
		with("forwarded-proto", "X-Forwarded-Proto", "ftp"),
		with("original-host", "X-Original-Host", "example.com"),
		with("user-agent", "User-Agent", "Mozilla/5.0"),
	}
}

// asksList asks for the list with something changed about the request.
func asksList(name, about string, change func(*conformance.Trial, *http.Request)) conformance.Variant {
	return conformance.Variant{Name: name, Ask: func(ctx context.Context, t *conformance.Trial) error {
		first, err := listed(ctx, t)
		if err != nil {
			return err
		}
		e, err := t.Send(ctx, conformance.Request{
			Operation: conformance.ListVersions, Expect: conformance.ExpectShown, About: "version discovery with " + about,
			Change: func(req *http.Request) { change(t, req) },
		})
		if err != nil || otherThanJSON(e) {
			return err
		}
		if err := sameList(t, first, e, discoverySame, "with "+about); err != nil {
			return err
		}
		return leadsTheSameWay(first.answer, e, about)
	}}
}

// otherThanJSON reports whether something else than JSON was asked for, and is given or refused.
func otherThanJSON(e conformance.Exchange) bool {
	accept := e.RequestHeader.Get("Accept")
	if accept == "" || strings.Contains(accept, "json") || strings.Contains(accept, "*/*") {
		return false
	}
	return e.Status == http.StatusNotAcceptable || e.Status == http.StatusOK && !strings.Contains(mediaType(e), "json")
}

// leadsTheSameWay judges the links of a list that was asked for with a header: whoever sends it would decide where
// others take their signed requests, as soon as something keeps the answer.
func leadsTheSameWay(first, e conformance.Exchange, about string) error {
	before := linksOf(first)
	for _, link := range linksOf(e) {
		if !slices.Contains(before, link) {
			return conformance.ShownBy(e, conformance.Broken(discoveryForwarded, conformance.CodeDiscovery,
				"asked with %s, GET / has the link %.200q, and without that it does not", about, withoutPassword(link)))
		}
	}
	return nil
}

// linksOf are the links of a list, of whatever version.
func linksOf(e conformance.Exchange) []string {
	var list discovery.Versions
	if json.Unmarshal(e.Body, &list) != nil {
		return nil // for discovery-form to judge
	}
	var links []string
	for _, v := range list.Versions {
		if v.Links == nil {
			continue
		}
		for _, link := range *v.Links {
			links = append(links, link.Href)
		}
	}
	return links
}

// sameList judges an answer that should be the list again.
func sameList(t *conformance.Trial, first listing, e conformance.Exchange, clause conformance.Clause, how string) error {
	if e.Status != http.StatusOK {
		return conformance.ShownBy(e, conformance.Broken(clause, conformance.CodeDiscovery,
			"asked %s, GET / is answered %s", how, conformance.StatusText(e.Status)))
	}
	table, err := lifecycle.ParseDiscovery(bytes.NewReader(e.Body), first.table.Source, t.Now())
	if err != nil {
		return conformance.ShownBy(e, conformance.Broken(clause, conformance.CodeDiscovery, "asked %s, GET / gives no list: %w", how, err))
	}
	if !sameTable(first.table, table) {
		return conformance.ShownBy(e, conformance.Broken(clause, conformance.CodeDiscovery,
			"asked %s, GET / gives another list: %s in place of %s", how, inOrder(table), inOrder(first.table)))
	}
	return nil
}

// discoveryMethods ask for / with other methods. HEAD may be answered as GET is, without its body.
func discoveryMethods() []conformance.Variant {
	var variants []conformance.Variant
	for _, method := range []string{http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch} {
		variants = append(variants, conformance.Variant{Name: strings.ToLower(method), Ask: func(ctx context.Context, t *conformance.Trial) error {
			first, err := listed(ctx, t)
			if err != nil {
				return err
			}
			e, err := t.Send(ctx, conformance.Request{
				Method: method, Path: "/", Expect: conformance.ExpectOutside, About: method + " of the list of versions",
			})
			if err != nil {
				return err
			}
			if _, err := lifecycle.ParseDiscovery(bytes.NewReader(e.Body), first.table.Source, t.Now()); err == nil && e.Status/100 == 2 {
				return conformance.ShownBy(e, conformance.Broken(discoveryMethod, conformance.CodeDiscovery, "%s lists the versions", e))
			}
			after, err := t.Send(ctx, conformance.Request{Operation: conformance.ListVersions, Expect: conformance.ExpectShown, About: "version discovery"})
			if err != nil {
				return err
			}
			return sameList(t, first, after, discoveryMethod, "after a "+method)
		}})
	}
	return variants
}
