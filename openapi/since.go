package openapi

import (
	"fmt"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// extSince names, on a property of an answer, the first version whose answers have it: "1.2". A property
// without it is in the answers of every version.
const extSince = "x-since-version"

// LaterFields returns the names, sorted, of the properties that a version later than this one added to the
// successful answer of the operation. Only properties at the top of the JSON object count.
func (o Operation) LaterFields(version lifecycle.ID) []string {
	response := o.Responses.Status(o.Accepted())
	if response == nil || response.Value.Content.Get("application/json") == nil {
		return nil
	}
	var later []string
	for name, property := range response.Value.Content.Get("application/json").Schema.Value.Properties {
		if since, found, err := sinceOf(property.Value); found && err == nil && since.Compare(version) > 0 {
			later = append(later, name)
		}
	}
	slices.Sort(later)
	return later
}

// sinceOf reads the version that added a property, and reports whether the document names one.
func sinceOf(property *openapi3.Schema) (since lifecycle.ID, found bool, err error) {
	value, found := property.Extensions[extSince]
	if !found {
		return since, false, nil
	}
	text, ok := value.(string)
	if !ok {
		return since, true, fmt.Errorf("%s is %v, want a version in quotes, such as \"1.2\"", extSince, value)
	}
	since, err = lifecycle.ParseID(text)
	if err != nil {
		err = fmt.Errorf("%s: %w", extSince, err)
	}
	return since, true, err
}

// checkSince checks that every x-since-version is a version.
func checkSince(spec *openapi3.T) error {
	if spec.Components == nil {
		return nil
	}
	for schema, ref := range spec.Components.Schemas {
		for name, property := range ref.Value.Properties {
			if _, _, err := sinceOf(property.Value); err != nil {
				return fmt.Errorf("schema %s, property %s: %w", schema, name, err)
			}
		}
	}
	return nil
}
