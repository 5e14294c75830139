package cases

import (
	"context"
	"math/big"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// farAway is a version that no service has.
const farAway = openapi.Service + " 99.0"

// spelling is a way to ask for an unknown or malformed version.
type spelling struct {
	name  string
	write func(number) []string
	// near is set for a number next to the known versions, which a new one could bear.
	near bool
}

// number is the version that spellings are made from.
type number struct{ id, major, minor string }

// of writes the version of the trial so. A new version may bear such a number.
func (s spelling) of(ctx context.Context, t *conformance.Trial) ([]string, error) {
	id := t.Version().String()
	major, minor, _ := strings.Cut(id, ".")
	known, fromList := knownVersions(ctx, t)
	n := number{id: id, major: major, minor: minor}
	if s.near {
		if !fromList {
			return nil, conformance.NotApplicable("the endpoint does not say which versions it has")
		}
		newest, err := t.Newest()
		if err != nil {
			return nil, err
		}
		n.id = newest.String()
		n.major, n.minor, _ = strings.Cut(n.id, ".")
	}
	isVersion := func(values []string) bool {
		return slices.ContainsFunc(known, func(id lifecycle.ID) bool { return slices.Equal(values, []string{conformance.PinnedTo(id)}) })
	}
	values := s.write(n)
	for s.near && isVersion(values) { // the first that is free
		n.minor = plus(n.minor, "1")
		values = s.write(n)
	}
	if isVersion(values) {
		return nil, conformance.NotApplicable("%s is a version", values[0])
	}
	return values, nil
}

// plus adds a decimal number to another, which may be larger than any integer type.
func plus(n, more string) string {
	a, okA := new(big.Int).SetString(n, 10)
	b, okB := new(big.Int).SetString(more, 10)
	if !okA || !okB {
		return n + more
	}
	return a.Add(a, b).String()
}

// spellings are numbers that no version has, numbers that a lenient parser takes for one, and other ways to
// write service and version.
func spellings() []spelling {
	return slices.Concat(numbers(), lenientNumbers(), aliases(), ranges(), services(), separators(), surroundings(), several())
}

// fixed are values that do not depend on the version.
func fixed(name string, values ...string) spelling {
	return spelling{name: name, write: func(number) []string { return values }}
}

// numbered is the service and a number.
func numbered(name string, write func(number) string) spelling {
	return spelling{name: name, write: func(n number) []string { return []string{openapi.Service + " " + write(n)} }}
}

// format is a value in which ID, MAJOR, MINOR and SERVICE stand for those of the version.
func format(name, value string) spelling {
	return spelling{name: name, write: func(n number) []string { return []string{n.fill(value)} }}
}

func (n number) fill(value string) string {
	return strings.NewReplacer("ID", n.id, "MAJOR", n.major, "MINOR", n.minor, "SERVICE", openapi.Service).Replace(value)
}

// formats are several, by name and value in turns.
func formats(namesAndValues ...string) []spelling {
	var list []spelling
	for pair := range slices.Chunk(namesAndValues, 2) {
		list = append(list, format(pair[0], pair[1]))
	}
	return list
}

// numbers are well-written numbers of versions that do not exist: far away, next to the known ones, and
// those that a prefix match, a number parser or an overflow takes for a known one.
func numbers() []spelling {
	list := []spelling{
		fixed("unknown", farAway),
		fixed("zero", openapi.Service+" 0.0"),
		fixed("older", openapi.Service+" 0.9"),
		format("unknown-minor", "SERVICE MAJOR.99"),
		format("major-zero", "SERVICE 0.MINOR"),
		format("swapped", "SERVICE MINOR.MAJOR"),
		format("zero-behind", "SERVICE ID0"),
		format("zeros-behind", "SERVICE ID000"),
		format("digit-behind", "SERVICE ID1"),
		format("nine-behind", "SERVICE ID9"),
		format("digit-before", "SERVICE 1ID"),
		format("digit-within", "SERVICE MAJOR.1MINOR"),
		fixed("long", openapi.Service+" "+strings.Repeat("1", 4<<10)),
		numbered("long-minor", func(n number) string { return n.major + "." + n.minor + strings.Repeat("0", 4<<10) }),
		{name: "next-minor", near: true, write: func(n number) []string { return []string{openapi.Service + " " + n.major + "." + plus(n.minor, "1")} }},
		numbered("next-major", func(n number) string { return plus(n.major, "1") + ".0" }),
		{name: "next-major-same-minor", near: true, write: func(n number) []string { return []string{openapi.Service + " " + plus(n.major, "1") + "." + n.minor} }},
	}
	for _, overflow := range []struct{ bits, wraps string }{
		{"8", "256"}, {"16", "65536"}, {"32", "4294967296"}, {"64", "18446744073709551616"},
	} {
		list = append(list,
			numbered("minor-overflow-"+overflow.bits, func(n number) string { return n.major + "." + plus(n.minor, overflow.wraps) }),
			numbered("major-overflow-"+overflow.bits, func(n number) string { return plus(n.major, overflow.wraps) + "." + n.minor }))
	}
	for _, script := range []struct {
		name string
		zero rune
	}{{"full-width", '０'}, {"arabic", '٠'}, {"persian", '۰'}, {"devanagari", '०'}, {"mathematical", '𝟎'}} {
		list = append(list,
			numbered("digits-"+script.name, func(n number) string {
				return digitsFrom(script.zero, n.major) + "." + digitsFrom(script.zero, n.minor)
			}),
			numbered("minor-"+script.name, func(n number) string { return n.major + "." + digitsFrom(script.zero, n.minor) }))
	}
	list = append(list,
		numbered("point-full-width", func(n number) string { return n.major + "．" + n.minor }),
		numbered("minor-superscript", func(n number) string { return n.major + "." + superscript(n.minor) }))
	return append(list, numbered("minor-saturated", func(n number) string { return n.major + ".9999999999999999999999" }))
}

// superscript writes digits as exponents.
func superscript(digits string) string {
	return strings.Map(func(r rune) rune { return []rune("⁰¹²³⁴⁵⁶⁷⁸⁹")[r-'0'] }, digits)
}

// lenientNumbers are what a lenient parser takes for the number of a version.
func lenientNumbers() []spelling {
	return formats(
		"zero-before", "SERVICE 0ID", "zero-within", "SERVICE MAJOR.0MINOR", "zeros-both", "SERVICE 0MAJOR.0MINOR",
		"longer", "SERVICE ID.0", "longer-twice", "SERVICE ID.0.0", "patch", "SERVICE ID.1", "longer-text", "SERVICE ID.x",
		"major-only", "SERVICE MAJOR", "minor-missing", "SERVICE MAJOR.", "major-missing", "SERVICE .MINOR", "minor-only", "SERVICE MINOR",
		"dot-behind", "SERVICE ID.", "dot-before", "SERVICE .ID", "two-dots", "SERVICE MAJOR..MINOR",
		"plus", "SERVICE +ID", "plus-minor", "SERVICE MAJOR.+MINOR", "negative", "SERVICE -ID", "negative-minor", "SERVICE MAJOR.-MINOR",
		"exponent", "SERVICE IDe0", "exponent-plus", "SERVICE IDE+0", "exponent-shifted", "SERVICE MAJORMINORe-1", "exponent-minor", "SERVICE MAJOR.MINORe+00",
		"hex", "SERVICE 0xMAJOR.0xMINOR", "hex-major", "SERVICE 0xMAJOR.MINOR", "hex-float", "SERVICE 0xMAJOR.MINORp0", "octal", "SERVICE 0oMAJOR.0oMINOR", "binary", "SERVICE 0bMAJOR.MINOR",
		"digit-separator", "SERVICE MAJOR_0.MINOR", "float-suffix", "SERVICE IDf", "long-suffix", "SERVICE IDL",
		"comma-decimal", "SERVICE MAJOR,MINOR", "no-point", "SERVICE MAJORxMINOR", "point-missing", "SERVICE MAJORMINOR",
		"point-hyphen", "SERVICE MAJOR-MINOR", "point-underscore", "SERVICE MAJOR_MINOR", "point-slash", "SERVICE MAJOR/MINOR",
		"point-colon", "SERVICE MAJOR:MINOR", "point-space", "SERVICE MAJOR MINOR", "space-before-point", "SERVICE MAJOR .MINOR", "space-behind-point", "SERVICE MAJOR. MINOR",
		"point-encoded", "SERVICE MAJOR%2EMINOR", "digit-encoded", "SERVICE MAJOR.%3MINOR",
		"suffix", "SERVICE ID-beta", "suffix-number", "SERVICE ID-1", "build", "SERVICE ID+1", "candidate", "SERVICE IDrc1", "letter", "SERVICE IDa", "underscore", "SERVICE ID_", "slash-behind", "SERVICE ID/",
		"v-prefix", "SERVICE vID", "v-prefix-upper", "SERVICE VID", "v-space", "SERVICE v ID", "word-version", "SERVICE version ID", "word-version-equals", "SERVICE version=ID", "fraction", "SERVICE MAJOR.MINOR/1",
	)
}

// aliases are words that stand for a version elsewhere, or for none.
func aliases() []spelling {
	list := []spelling{fixed("empty", ""), fixed("no-number", openapi.Service+" latest")}
	for _, word := range []string{"current", "CURRENT", "newest", "stable", "default", "any", "null", "nil", "none", "true", "undefined", "NaN", "Infinity"} {
		name := "alias-" + slug(word)
		if word == "CURRENT" {
			name = "alias-current-upper"
		}
		list = append(list, fixed(name, openapi.Service+" "+word))
	}
	return append(list, fixed("latest-alone", "latest"), fixed("star-alone", "*"), fixed("service-alone", openapi.Service), fixed("null-alone", "null"))
}

// ranges are patterns, and lists of alternatives, that match the version.
func ranges() []spelling {
	return formats(
		"wildcard", "SERVICE *", "wildcard-minor", "SERVICE MAJOR.*", "wildcard-major", "SERVICE *.MINOR", "wildcard-behind", "SERVICE ID*", "wildcard-service", "* ID",
		"wildcard-x", "SERVICE MAJOR.x", "wildcard-one", "SERVICE MAJOR.?", "regexp", "SERVICE MAJOR.[0-9]", "regexp-all", "SERVICE .*", "like", "SERVICE MAJOR%",
		"at-least", "SERVICE >=ID", "at-least-first", "SERVICE >=0.0", "at-most", "SERVICE <=ID", "below", "SERVICE <99.0", "equal", "SERVICE =ID", "equal-twice", "SERVICE ==ID",
		"caret", "SERVICE ^ID", "tilde", "SERVICE ~ID", "range", "SERVICE ID-99.0", "range-dots", "SERVICE ID..99.0", "or", "SERVICE ID || 99.0", "bar", "SERVICE 99.0|ID",
	)
}

// services are other ways to write the name of the service, and other services.
func services() []spelling {
	list := formats(
		"no-service", "ID", "no-service-v", "vID", "other-service", "baremetal ID", "compute", "compute ID", "other-service-longer", "virtualserver-group ID",
		"service-title", "Virtualserver ID", "service-camel", "VirtualServer ID", "service-mixed", "virtualServer ID",
		"service-hyphen", "virtual-server ID", "service-underscore", "virtual_server ID", "service-space", "virtual server ID",
		"service-short", "virtual ID", "service-cut", "virtualserve ID", "service-letter", "v ID", "service-end", "server ID",
		"service-longer", "SERVICE2 ID", "service-plural", "SERVICEs ID", "service-prefixed", "xSERVICE ID", "service-path", "scp/SERVICE ID", "service-domain", "scp.SERVICE ID", "service-slash", "/SERVICE ID",
		"service-twice", "SERVICE SERVICE ID", "service-behind", "ID SERVICE", "service-both", "SERVICE ID SERVICE", "service-null", "null ID", "service-dash", "- ID",
	)
	return append(list, spelling{name: "other-case", write: func(n number) []string { return []string{strings.ToUpper(openapi.Service) + " " + n.id} }})
}

// separators are what may stand between service and version instead of one space.
func separators() []spelling {
	return formats(
		"separator", "SERVICE/ID", "equals", "SERVICE=ID", "colon", "SERVICE:ID", "comma", "SERVICE,ID", "semicolon", "SERVICE;ID", "hyphen", "SERVICE-ID",
		"underscore-between", "SERVICE_ID", "dot", "SERVICE.ID", "at", "SERVICE@ID", "bar-between", "SERVICE|ID", "plus-between", "SERVICE+ID", "space-encoded", "SERVICE%20ID",
		"tab", "SERVICE\tID", "two-spaces", "SERVICE  ID", "space-tab", "SERVICE \tID", "no-space", "SERVICEID", "hard-space", "SERVICE\u00a0ID",
		"colon-space", "SERVICE: ID", "equals-spaces", "SERVICE = ID", "slash-v", "SERVICE/vID", "comma-space", "SERVICE, ID",
	)
}

// surroundings are quotation marks, brackets, parameters and words around the version.
func surroundings() []spelling {
	return formats(
		"quoted", `"SERVICE ID"`, "quoted-single", "'SERVICE ID'", "quoted-number", `SERVICE "ID"`, "quoted-number-single", "SERVICE 'ID'", "quoted-open", `"SERVICE ID`,
		"quoted-service", `"SERVICE" ID`, "brackets", "[SERVICE ID]", "brackets-number", "SERVICE [ID]", "parentheses", "SERVICE (ID)", "angles", "<SERVICE ID>", "braces", "SERVICE {ID}", "json", `{"SERVICE":"ID"}`,
		"parameter", "SERVICE ID;q=1", "parameter-space", "SERVICE ID; q=1", "more", "SERVICE ID x", "more-before", "x SERVICE ID", "more-between", "SERVICE x ID",
		"comment", "SERVICE ID (x)", "comment-hash", "SERVICE ID #", "comment-sql", "SERVICE ID'--", "or-true", "SERVICE ID' OR '1'='1", "comma-behind", "SERVICE ID,", "semicolon-behind", "SERVICE ID;",
		"equals-before", "Scp-Api-Version = SERVICE ID", "colon-before", "Scp-Api-Version: SERVICE ID", "path", "SERVICE ../ID", "date", "SERVICE 2026-08-31", "zero-byte-encoded", "SERVICE ID%00", "end-encoded", "SERVICE ID%0a",
	)
}

// several are two versions, of which one does not exist, or of which neither is named alone.
func several() []spelling {
	right, wrong := "SERVICE ID", farAway
	twice := func(name, first, second string) spelling {
		return spelling{name: name, write: func(n number) []string { return []string{n.fill(first), n.fill(second)} }}
	}
	return append([]spelling{
		twice("doubled-last", right, wrong), twice("doubled", wrong, right),
		twice("doubled-empty-last", right, ""), twice("doubled-empty", "", right),
		twice("doubled-service-last", right, "baremetal ID"), twice("doubled-service", "baremetal ID", right),
		twice("doubled-near", "SERVICE ID0", right), twice("doubled-split", "SERVICE", "ID"),
	}, formats(
		"list", "SERVICE ID, "+wrong, "list-last", wrong+", SERVICE ID", "list-semicolon", "SERVICE ID; "+wrong, "list-numbers", "SERVICE ID, 99.0", "list-numbers-last", "SERVICE 99.0, ID",
		"list-spaces", "SERVICE ID "+wrong, "list-spaces-last", wrong+" SERVICE ID", "list-service", "baremetal ID, SERVICE ID", "list-two-numbers", "SERVICE 99.0 ID", "list-two-numbers-last", "SERVICE ID 99.0", "list-empty", ", SERVICE ID",
	)...)
}
