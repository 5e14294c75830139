package diff

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/oasdiff/oasdiff/checker"
	oasdiff "github.com/oasdiff/oasdiff/diff"
)

// What a break is to a caller.
const (
	meansNoOperation = "every call of it fails"
	meansGone        = "a caller who relies on it finds it missing"
	meansStatusGone  = "a caller who waits for this status, or acts on it, never sees it again"
	meansValueGone   = "a caller who waits for this value waits in vain"
	meansSuccess     = "a caller who expects the old success takes this one for a failure"
	meansOther       = "a request that leaves it out may mean something else now"
	meansRefused     = "a request that was accepted may be refused"
	meansAnswered    = "an answer may be one that was ruled out before"
	meansUnknown     = "the documents cannot tell whether a caller is affected, so it counts as a break"
)

// harmless are the rules that oasdiff takes for harmless, as they are to the publisher, though a caller may
// be affected.
var harmless = map[string]string{
	checker.APIPathRemovedWithDeprecationId: meansNoOperation,
	checker.APIRemovedWithDeprecationId:     meansNoOperation,

	checker.RequestParameterRemovedWithDeprecationId:         meansGone,
	checker.RequestPropertyRemovedWithDeprecationId:          meansGone,
	checker.ResponseRequiredPropertyRemovedWithDeprecationId: meansGone,
	checker.ResponseOptionalPropertyRemovedId:                meansGone,
	checker.OptionalResponseHeaderRemovedId:                  meansGone,

	checker.ResponseNonSuccessStatusRemovedId: meansStatusGone,
	checker.ResponseSuccessStatusAddedId:      meansSuccess,

	checker.ResponsePropertyEnumValueRemovedId:  meansValueGone,
	checker.ResponseMediaTypeEnumValueRemovedId: meansValueGone,

	checker.RequestParameterDefaultValueChangedId: meansOther,
	checker.RequestParameterDefaultValueRemovedId: meansOther,
	checker.RequestPropertyDefaultValueChangedId:  meansOther,
	checker.RequestPropertyDefaultValueRemovedId:  meansOther,
	checker.RequestBodyDefaultValueChangedId:      meansOther,
	checker.RequestBodyDefaultValueRemovedId:      meansOther,
}

// harmful are the rules that oasdiff takes for breaks too, and of which more can be said than which side
// they are on.
var harmful = map[string]string{
	checker.APIPathRemovedWithoutDeprecationId: meansNoOperation,
	checker.APIRemovedWithoutDeprecationId:     meansNoOperation,
	checker.RequestParameterRemovedId:          meansGone,
	checker.RequestPropertyRemovedId:           meansGone,
	checker.ResponseRequiredPropertyRemovedId:  meansGone,
	checker.RequiredResponseHeaderRemovedId:    meansGone,
	checker.ResponseSuccessStatusRemovedId:     meansStatusGone,
}

// untold are the rules about what is said elsewhere or binds nobody: the lifecycle of the versions, their
// numbers, and names that only a document has.
var untold = []string{
	checker.EndpointDeprecatedId, checker.EndpointDeprecatedWithSunsetId, checker.EndpointReactivatedId,
	checker.APIVersionNotBumpedId, checker.APIVersionDecreasedId, checker.APIMajorVersionNotBumpedId,
	checker.APITagAddedId, checker.APITagRemovedId, checker.APISchemasRemovedId,
	checker.APIComponentsSecurityAddedId, checker.APIComponentsSecurityRemovedId,
}

func told(id string) bool { return !slices.Contains(untold, id) }

// sentences are the texts that oasdiff writes for the publisher.
var sentences = map[string]string{
	checker.APIPathRemovedWithoutDeprecationId: "removed the operation",
	checker.APIPathRemovedWithDeprecationId:    "removed the operation",
	checker.APIRemovedWithoutDeprecationId:     "removed the operation",
	checker.APIRemovedWithDeprecationId:        "removed the operation",
	checker.EndpointAddedId:                    "added the operation",
}

var english = checker.NewLocalizer("en")

// judge says what a difference is to a caller.
func judge(change checker.Change) Change {
	c := Change{
		ID:     change.GetId(),
		Method: change.GetOperation(),
		Path:   change.GetPath(),
		Text:   sentences[change.GetId()],
	}
	if c.Text == "" {
		c.Text = strings.TrimSuffix(printable(change.GetUncolorizedText(english)), " with deprecation")
	}
	c.Means = harmless[c.ID]
	if c.Means == "" && change.GetLevel() > checker.INFO {
		c.Means = means(c.ID)
	}
	c.Break = c.Means != ""
	return c
}

// means says what a rule that oasdiff takes for a break is to a caller.
func means(id string) string {
	if said, ok := harmful[id]; ok {
		return said
	}
	for _, rule := range checker.GetAllRules() {
		switch {
		case rule.Id != id:
		case rule.Effect == checker.EffectUnknown:
			return meansUnknown
		case rule.Direction == checker.DirectionResponse:
			return meansAnswered
		default:
			return meansRefused
		}
	}
	return meansUnknown
}

// rest finds the differences that no rule of oasdiff is about.
func (c *Changes) rest(found *oasdiff.Diff, explained map[oasdiff.Endpoint]bool) {
	if found.PathsDiff == nil {
		return
	}
	for _, path := range slices.Sorted(maps.Keys(found.PathsDiff.Modified)) {
		operations := found.PathsDiff.Modified[path].OperationsDiff
		if operations == nil {
			continue
		}
		for _, method := range slices.Sorted(maps.Keys(operations.Modified)) {
			op := *operations.Modified[method]
			c.Changes = append(c.Changes, rangeChanges(method, path, op.ResponsesDiff)...)
			c.Unjudged = append(c.Unjudged, unjudged(method, path, op, explained[oasdiff.Endpoint{Method: method, Path: path}])...)
		}
	}
}

// rangeChanges returns the statuses that are added or removed together: "2XX" and "default".
func rangeChanges(method, path string, responses *oasdiff.ResponsesDiff) []Change {
	if responses == nil {
		return nil
	}
	var changes []Change
	for _, status := range slices.DeleteFunc(slices.Clone(responses.Deleted), isNumber) {
		changes = append(changes, Change{
			ID: "response-status-range-removed", Method: method, Path: path, Break: true, Means: meansStatusGone,
			Text: fmt.Sprintf("removed the response with the status `%s`", printable(status)),
		})
	}
	for _, status := range slices.DeleteFunc(slices.Clone(responses.Added), isNumber) {
		change := Change{
			ID: "response-status-range-added", Method: method, Path: path,
			Text: fmt.Sprintf("added the response with the status `%s`", printable(status)),
		}
		if strings.HasPrefix(status, "2") {
			change.Break, change.Means = true, meansSuccess
		}
		changes = append(changes, change)
	}
	return changes
}

func isNumber(status string) bool {
	_, err := strconv.Atoi(status)
	return err == nil
}

// unjudged names what differs in an operation although no rule is about it.
func unjudged(method, path string, op oasdiff.MethodDiff, explained bool) []string {
	op.ServersDiff = nil // serverChanges is about them
	if explained {
		op = oasdiff.MethodDiff{CallbacksDiff: op.CallbacksDiff} // no rule is ever about these
	}
	if r := op.ResponsesDiff; r != nil && len(r.Modified) == 0 {
		op.ResponsesDiff = nil // the statuses all have a rule
	}
	var parts map[string]json.RawMessage
	data, err := json.Marshal(op)
	if err == nil {
		err = json.Unmarshal(data, &parts)
	}
	switch {
	case err != nil:
		return []string{fmt.Sprintf("%s %s differs in what cannot be listed: %v", method, path, err)}
	case len(parts) == 0:
		return nil
	}
	return []string{fmt.Sprintf("%s %s differs in its %s, in a way that no rule judges",
		method, printable(path), strings.Join(slices.Sorted(maps.Keys(parts)), ", "))}
}

// printable is a text of a document on one line, without what would command a terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
}
