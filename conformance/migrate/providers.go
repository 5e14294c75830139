package migrate

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/go-version"
	"go.yaml.in/yaml/v4"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

//go:embed providers.yaml
var providersYAML []byte

// releases is the table of providers.yaml.
type releases struct {
	Read string `yaml:"read"` // the day on which it was read
	Rows []row  `yaml:"releases"`
}

// row is a run of releases that speak the same version, both ends included.
type row struct {
	From   string `yaml:"from"`
	To     string `yaml:"to"`
	Speaks string `yaml:"speaks"`

	from, to *version.Version
	speaks   lifecycle.ID
}

// providerReleases returns the table. It is part of the program, so a fault in it is one of the program.
var providerReleases = sync.OnceValue(func() releases {
	var t releases
	if err := yaml.Unmarshal(providersYAML, &t); err != nil {
		panic(fmt.Sprintf("reading providers.yaml: %v", err))
	}
	for i := range t.Rows {
		r := &t.Rows[i]
		r.from, r.to = version.Must(version.NewVersion(r.From)), version.Must(version.NewVersion(r.To))
		id, err := lifecycle.ParseID(r.Speaks)
		if err != nil {
			panic(fmt.Sprintf("reading providers.yaml: %v", err))
		}
		r.speaks = id
	}
	return t
})

// exactly returns the version that one release of the provider speaks, or why nobody knows.
func (t releases) exactly(release string) (ids []lifecycle.ID, unknown string) {
	v, err := version.NewVersion(release)
	if err != nil {
		return nil, fmt.Sprintf("%q is not a version of the provider", release)
	}
	for _, r := range t.Rows {
		if v.GreaterThanOrEqual(r.from) && v.LessThanOrEqual(r.to) {
			return []lifecycle.ID{r.speaks}, ""
		}
	}
	return nil, fmt.Sprintf("provider %s is not in the table of %s", release, t.Read)
}

// beyond is a release after all that there will be.
var beyond = version.Must(version.NewVersion("1000000.0.0"))

// allowed returns the versions that the releases speak which a constraint allows, the oldest first: none if it
// allows every release, and so pins nothing. It says what is unknown if the constraint allows releases that the
// table does not know.
func (t releases) allowed(constraint string) (ids []lifecycle.ID, unknown string) {
	c, err := version.NewConstraint(constraint)
	if err != nil {
		return nil, fmt.Sprintf("%q is not a version constraint", constraint)
	}
	edges := operands(constraint)
	all := true
	for _, r := range t.Rows {
		tried := slices.Concat([]*version.Version{r.from, r.to}, edges)
		if slices.ContainsFunc(tried, func(v *version.Version) bool {
			return v.GreaterThanOrEqual(r.from) && v.LessThanOrEqual(r.to) && c.Check(v)
		}) {
			ids = append(ids, r.speaks)
		}
		all = all && c.Check(r.from) && c.Check(r.to)
	}
	switch {
	case all && c.Check(beyond):
		return nil, ""
	case len(ids) == 0:
		return nil, fmt.Sprintf("no release that %q allows is in the table of %s", constraint, t.Read)
	case c.Check(beyond):
		unknown = fmt.Sprintf("the constraint %q also allows releases that were published after the table of %s", constraint, t.Read)
	}
	slices.SortFunc(ids, lifecycle.ID.Compare)
	return slices.Compact(ids), unknown
}

var operand = regexp.MustCompile(`\d[\w.+-]*`)

// operands returns the releases that a constraint names and those right after them. Whatever a constraint
// allows of a row, it allows one of these or an end of the row: ranges begin at or right after an operand.
func operands(constraint string) []*version.Version {
	var all []*version.Version
	for _, s := range operand.FindAllString(constraint, -1) {
		v, err := version.NewVersion(s)
		if err != nil {
			continue
		}
		n := v.Segments()
		next, err := version.NewVersion(fmt.Sprintf("%d.%d.%d", n[0], n[1], n[2]+1))
		if err != nil {
			continue
		}
		all = append(all, v, next)
	}
	return all
}

// providerName is the type of the vendor's provider, and a part of the name of its SDK.
const providerName = "samsungcloudplatformv2"

// isProvider reports whether a source address is that of the provider: from the registry, from a mirror of it,
// or built by hand.
func isProvider(source string) bool {
	return strings.EqualFold(source[strings.LastIndexByte(source, '/')+1:], providerName)
}

// fulfils reports whether a constraint allows a release.
func fulfils(release, constraint string) bool {
	v, err := version.NewVersion(release)
	if err != nil {
		return false
	}
	c, err := version.NewConstraint(constraint)
	return err == nil && c.Check(v)
}
