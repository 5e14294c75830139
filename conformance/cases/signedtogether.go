package cases

import (
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/signing"
	"github.com/scp-openapi/virtualserver/signing/forge"
)

// together makes the signature of a request that of a message which is put together in another way.
func together(message func(forge.Parts) string) alteration {
	return forged(func(p *forge.Parts) {
		whole := message(*p)
		*p = forge.Parts{Secret: p.Secret, Method: whole}
	})
}

// signedTogether are signatures of the right parts with something between them, and of a part of the message.
func signedTogether() []negative {
	var list []negative
	add := func(name, about string, message func(p forge.Parts) string) {
		list = append(list, negative{name: name, about: "a signature made " + about, clause: authMessage, ways: []alteration{together(message)}})
	}
	for _, s := range []struct{ name, about, separator string }{
		{"line-ends", "with line ends between the parts", "\n"},
		{"blanks", "with blanks between the parts", " "},
		{"bars", "with bars between the parts", "|"},
		{"colons", "with colons between the parts", ":"},
		{"commas", "with commas between the parts", ","},
		{"ampersands", "with & between the parts", "&"},
		{"slashes", "with slashes between the parts", "/"},
		{"dots", "with dots between the parts", "."},
		{"semicolons", "with semicolons between the parts", ";"},
		{"crlf", "with carriage returns between the parts", "\r\n"},
	} {
		add("joined-by-"+s.name, s.about, func(p forge.Parts) string { return joined(p, s.separator, s.separator) })
	}
	// A request line and a header or two on lines of their own, as other clouds sign them.
	for _, s := range []struct {
		name, about        string
		path, withoutType  bool
		behindMethod, then string
	}{
		{"request-line", "with a blank behind the method and line ends behind the other parts", false, false, " ", "\n"},
		{"request-line-path", "with a blank behind the method and line ends behind the other parts, of the path alone", true, false, " ", "\n"},
		{"request-line-path-short", "with a blank behind the method and line ends behind the other parts, of the path alone and without the client type", true, true, " ", "\n"},
		{"lines-path", "with line ends between the parts, of the path alone", true, false, "\n", "\n"},
	} {
		add("joined-as-"+s.name, s.about, func(p forge.Parts) string {
			if s.path {
				_, rest, _ := strings.Cut(p.URL, "://")
				p.URL = rest[strings.IndexByte(rest, '/'):]
			}
			if s.withoutType {
				p.ClientType = ""
			}
			return joined(p, s.behindMethod, s.then)
		})
	}
	for _, o := range []struct {
		name, about string
		parts       func(p forge.Parts) []string
	}{
		{"method-and-url", "of method and URL alone", func(p forge.Parts) []string { return []string{p.Method, p.URL} }},
		{"who-and-when", "of timestamp and access key alone", func(p forge.Parts) []string { return []string{p.Timestamp, p.AccessKey} }},
		{"timestamp", "of the timestamp alone", func(p forge.Parts) []string { return []string{p.Timestamp} }},
		{"access-key", "of the access key alone", func(p forge.Parts) []string { return []string{p.AccessKey} }},
		{"nothing", "of nothing", func(forge.Parts) []string { return nil }},
		{"version-behind", "with the version at the end", func(p forge.Parts) []string { return []string{p.Message(), "virtualserver"} }},
		{"body-behind", "with the hash of the empty body at the end", func(p forge.Parts) []string {
			return []string{p.Message(), hex.EncodeToString(hashed(""))}
		}},
		{"line-end-behind", "with a line end behind it", func(p forge.Parts) []string { return []string{p.Message(), "\n"} }},
		{"twice", "of the message twice", func(p forge.Parts) []string { return []string{p.Message(), p.Message()} }},
	} {
		add("message-"+o.name, o.about, func(p forge.Parts) string { return strings.Join(o.parts(p), "") })
	}
	add("message-lower", "of the message in lower case", func(p forge.Parts) string { return strings.ToLower(p.Message()) })
	add("message-upper", "of the message in upper case", func(p forge.Parts) string { return strings.ToUpper(p.Message()) })
	add("message-cut", "of the message without its last character", func(p forge.Parts) string { return p.Message()[:len(p.Message())-1] })
	add("message-start", "of the first 64 bytes of the message", func(p forge.Parts) string { return p.Message()[:min(64, len(p.Message())-1)] })
	add("message-hex", "of the message in hexadecimal", func(p forge.Parts) string { return hex.EncodeToString([]byte(p.Message())) })
	add("message-base64", "of the message in base64", func(p forge.Parts) string { return standard([]byte(p.Message())) })
	return list
}

// joined are the parts that there are, with something behind the method and between the others.
func joined(p forge.Parts, behindMethod, then string) string {
	parts := slices.DeleteFunc([]string{p.URL, p.Timestamp, p.AccessKey, p.AccountID, p.ClientType}, func(s string) bool { return s == "" })
	return p.Method + behindMethod + strings.Join(parts, then)
}

// part is one of the parts of the signed message.
type part struct {
	name string
	of   func(forge.Parts) string
}

// partsInOrder are all of them, in the order in which they are signed.
var partsInOrder = []part{
	{"method", func(p forge.Parts) string { return p.Method }},
	{"url", func(p forge.Parts) string { return p.URL }},
	{"timestamp", func(p forge.Parts) string { return p.Timestamp }},
	{"key", func(p forge.Parts) string { return p.AccessKey }},
	{"account", func(p forge.Parts) string { return p.AccountID }},
	{"type", func(p forge.Parts) string { return p.ClientType }},
}

const accountPart = 4 // in partsInOrder

// signedInOrder are signatures of the right parts in another order. Where the account ID alone has moved, one is
// sent; elsewhere none need be, as a server then joins the same parts whether its order has an account ID in it
// or not.
func signedInOrder() []negative {
	var list []negative
	for _, order := range otherOrders() {
		withoutAccount := slices.DeleteFunc(slices.Clone(order), func(i int) bool { return i == accountPart })
		sendsAccount := slices.IsSorted(withoutAccount)
		if !sendsAccount {
			order = withoutAccount
		}
		var names []string
		for _, i := range order {
			names = append(names, partsInOrder[i].name)
		}
		name := "order-" + strings.Join(names, "-")
		if slices.ContainsFunc(list, func(n negative) bool { return n.name == name }) {
			continue
		}
		list = append(list, negative{
			name: name, about: "a signature of the parts in the order " + strings.Join(names, ", "), clause: authMessage,
			ways: []alteration{func(t *conformance.Trial, req *http.Request) {
				if sendsAccount {
					req.Header.Set(signing.HeaderAccountID, "project-x")
				}
				together(func(p forge.Parts) string { return ordered(p, order) })(t, req)
			}},
		})
	}
	return list
}

// ordered joins parts, by their places in partsInOrder.
func ordered(p forge.Parts, order []int) string {
	message := ""
	for _, i := range order {
		message += partsInOrder[i].of(p)
	}
	return message
}

// otherOrders are those in which two parts are swapped, and a few that other services have.
func otherOrders() [][]int {
	const method, url, timestamp, key, account, kind = 0, 1, 2, 3, accountPart, 5
	list := [][]int{
		{kind, account, key, timestamp, url, method},
		{timestamp, method, url, key, account, kind},
		{key, method, url, timestamp, account, kind},
		{timestamp, key, method, url, account, kind},
		{key, timestamp, method, url, account, kind},
		{method, timestamp, key, url, account, kind},
	}
	for i := range partsInOrder {
		for j := range i {
			if (i == account || j == account) && i-j > 1 {
				continue // without an account ID, the others have moved, too
			}
			order := []int{method, url, timestamp, key, account, kind}
			order[i], order[j] = order[j], order[i]
			list = append(list, order)
		}
	}
	return list
}
