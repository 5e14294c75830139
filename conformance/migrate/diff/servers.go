package diff

import (
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// serverChanges compares where the operations are served, of which oasdiff has no rule.
func serverChanges(older, newer *openapi3.T) []Change {
	if sameServers(older.Servers, newer.Servers) {
		return overrides(older, newer)
	}
	return append(moved("", "", older.Servers, newer.Servers), overrides(older, newer)...)
}

// overrides compares the operations that are served elsewhere than the rest of their document.
func overrides(older, newer *openapi3.T) []Change {
	var changes []Change
	for path, item := range older.Paths.Map() {
		then := newer.Paths.Value(path)
		if then == nil {
			continue
		}
		for method, op := range item.Operations() {
			to := then.GetOperation(method)
			if to == nil {
				continue
			}
			before, was := override(item, op)
			after, is := override(then, to)
			if was || is {
				changes = append(changes, moved(method, path, pick(was, before, older.Servers), pick(is, after, newer.Servers))...)
			}
		}
	}
	return changes
}

func pick(own bool, servers, documents openapi3.Servers) openapi3.Servers {
	if own {
		return servers
	}
	return documents
}

// override returns the servers of one operation, and whether it has any of its own.
func override(item *openapi3.PathItem, op *openapi3.Operation) (openapi3.Servers, bool) {
	if op.Servers != nil && len(*op.Servers) > 0 {
		return *op.Servers, true
	}
	return item.Servers, len(item.Servers) > 0
}

// moved returns the URLs that serve no longer, and those that do now.
func moved(method, path string, older, newer openapi3.Servers) []Change {
	if len(older) == 0 || len(newer) == 0 {
		return []Change{{
			ID: "servers-not-named", Method: method, Path: path,
			Text: "one of the documents names no servers, so where the operations are served is not compared",
		}}
	}
	var changes []Change
	before, after := urls(older), urls(newer)
	for _, url := range slices.Sorted(maps.Keys(before)) {
		if !after[url] {
			changes = append(changes, Change{
				ID: "server-removed", Method: method, Path: path, Break: true, Means: meansGone,
				Text: "removed the server `" + printable(url) + "`",
			})
		}
	}
	for _, url := range slices.Sorted(maps.Keys(after)) {
		if !before[url] {
			changes = append(changes, Change{
				ID: "server-added", Method: method, Path: path,
				Text: "added the server `" + printable(url) + "`",
			})
		}
	}
	return changes
}

func sameServers(a, b openapi3.Servers) bool { return maps.Equal(urls(a), urls(b)) }

// maxURLs limits how many URLs the variables of one server can make.
const maxURLs = 1000

// urls returns the URLs of servers, with every value that their variables take. A variable that takes any
// value stays as it is, and so does each that would make too many.
func urls(servers openapi3.Servers) map[string]bool {
	all := make(map[string]bool)
	for _, server := range servers {
		made := []string{strings.TrimSuffix(server.URL, "/")}
		for _, name := range slices.Sorted(maps.Keys(server.Variables)) {
			values := server.Variables[name].Enum
			if len(values) == 0 || len(made)*len(values) > maxURLs {
				continue
			}
			var next []string
			for _, url := range made {
				for _, value := range values {
					next = append(next, strings.ReplaceAll(url, "{"+name+"}", value))
				}
			}
			made = next
		}
		for _, url := range made {
			all[lowerHost(url)] = true
		}
	}
	return all
}

// lowerHost writes the scheme and the host of a URL, in which case does not matter, in lower case.
func lowerHost(url string) string {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		return url
	}
	host, path, _ := strings.Cut(rest, "/")
	return strings.TrimSuffix(strings.ToLower(scheme+"://"+host)+"/"+path, "/")
}
