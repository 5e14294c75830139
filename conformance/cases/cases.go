// Package cases is the catalogue of the conformance suite: what is asked of an endpoint, and which
// statements about the API each answer is held to. Reading it is reading the suite.
//
// A family of cases is a file, with the clauses it judges at its top.
package cases

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
)

// The families, in the order in which they are asked.
const (
	familyDetach         = "detach"
	familyIDs            = "ids"
	familyAuthentication = "authentication"
	familyVersion        = "version"
	familyDiscovery      = "discovery"
	familyForm           = "form"
)

// All returns the catalogue.
func All() []conformance.Case {
	return slices.Concat(detachCases(), attachCases(), idCases(), authenticationCases(), versionCases(), discoveryCases(), formCases())
}

// Clauses returns every clause of the catalogue, those without a case included.
func Clauses() []conformance.Clause {
	var list []conformance.Clause
	for _, c := range All() {
		list = append(list, c.Clauses...)
	}
	list = append(list, exempt...)
	slices.SortStableFunc(list, func(a, b conformance.Clause) int { return strings.Compare(a.ID, b.ID) })
	return slices.CompactFunc(list, func(a, b conformance.Clause) bool { return a.ID == b.ID })
}

// Clause returns the clause of an ID, and false where there is none.
func Clause(id string) (conformance.Clause, bool) {
	list := Clauses()
	i := slices.IndexFunc(list, func(c conformance.Clause) bool { return c.ID == id })
	if i < 0 {
		return conformance.Clause{}, false
	}
	return list[i], true
}

// Select returns the cases that are named, in the order of the catalogue, or all of them where none is. A
// name is the ID of a case, the start of one and a *, or an ID, a slash and the name of a variant.
func Select(names ...string) ([]conformance.Case, error) {
	all := All()
	if len(names) == 0 {
		return all, nil
	}
	whole, parts := map[string]bool{}, map[string][]string{} // cases, and the variants of others, by ID
	for _, name := range names {
		if err := choose(all, name, whole, parts); err != nil {
			return nil, err
		}
	}
	var chosen []conformance.Case
	for _, c := range all {
		if !whole[c.ID] {
			if parts[c.ID] == nil {
				continue
			}
			c.Variants = slices.DeleteFunc(c.Variants, func(v conformance.Variant) bool { return !slices.Contains(parts[c.ID], v.Name) })
		}
		chosen = append(chosen, c)
	}
	return chosen, nil
}

// choose adds what a name stands for.
func choose(all []conformance.Case, name string, whole map[string]bool, parts map[string][]string) error {
	id, variant, one := strings.Cut(name, "/")
	stem, wild := strings.CutSuffix(id, "*")
	found := false
	for _, c := range all {
		switch {
		case one && c.ID == id:
			if !slices.ContainsFunc(c.Variants, func(v conformance.Variant) bool { return v.Name == variant }) {
				return fmt.Errorf("case %q has no variant %q", id, variant)
			}
			parts[id], found = append(parts[id], variant), true
		case !one && (c.ID == id || wild && strings.HasPrefix(c.ID, stem)):
			whole[c.ID], found = true, true
		}
	}
	switch {
	case !found && wild && !one:
		return fmt.Errorf("no case matches %q", name)
	case !found:
		return fmt.Errorf("unknown case %q", name)
	}
	return nil
}

// checked is the day on which the exemptions were looked through.
const checked = "2026-11-25"

// exempt are the clauses that no case can judge, each with its reason.
var exempt = []conformance.Clause{
	{
		ID: "DETACH-OS-CANCEL", Source: conformance.Document, Dated: checked,
		Text:   "For the OS’s default volume, you cannot cancel the service.",
		Exempt: "No operation of the documents cancels a service.",
	},
	{
		ID: "DETACH-GUEST", Source: conformance.Document, Dated: checked,
		Text:   "Be sure to perform the disconnection steps (unmount, set the disk offline) before detaching, or the server may enter an error state (Hang).",
		Exempt: "It is about the guest, which the API does not show.",
	},
}

// The operations of the documents.
const (
	opDetach   = "detachVolumeFromVirtualServer"
	opAttach   = "attachVolumeToVirtualServer"
	opShow     = "showVolume"
	opVersions = "listVersions"
)

// slug is the name of a variant that tries a word. Words that differ in letter case alone keep apart: none, and
// None, which is capital-none.
func slug(word string) string {
	name := strings.ReplaceAll(strings.ToLower(word), "-", "minus-")
	if strings.ToLower(word) != word {
		return "capital-" + name
	}
	return name
}

// parameterSlug is the name of a variant that tries a parameter: server-id for server_id.
func parameterSlug(name string) string { return strings.ReplaceAll(strings.ToLower(name), "_", "-") }
