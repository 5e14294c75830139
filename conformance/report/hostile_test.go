package report_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report/safe/safetest"
)

// hostile is the fixed report with hostile words in each of its texts, IDs and bodies. What decides,
// such as a verdict, is as it was.
func hostile(t testing.TB) *conformance.Report {
	r := tree(t)
	spoil(reflect.ValueOf(r).Elem())
	return r
}

// spoil appends the words to every string that is not empty, but for those of the named types that are
// enumerations.
func spoil(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			spoil(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				spoil(v.Field(i))
			}
		}
	case reflect.Slice:
		if body, ok := v.Interface().(conformance.Body); ok {
			if body != nil {
				v.SetBytes(append(body, safetest.Hostile...))
			}
			return
		}
		for i := range v.Len() {
			spoil(v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() { // a header
			values := v.MapIndex(key)
			spoil(values)
			v.SetMapIndex(key, reflect.Value{})
			v.SetMapIndex(reflect.ValueOf(key.String()+safetest.Hostile), values)
		}
	case reflect.String:
		code := v.Type() == reflect.TypeFor[conformance.Code]() && v.String() != string(conformance.CodeNotApplicable)
		source := v.Type() == reflect.TypeFor[conformance.Source]()
		if v.String() != "" && (v.Type() == reflect.TypeFor[string]() || code || source) {
			v.SetString(v.String() + safetest.Hostile)
		}
	}
}

func TestHostile(t *testing.T) {
	r := hostile(t)
	assert.Contains(t, r.Results[0].Case.ID, "<script>")
	assert.Contains(t, r.Results[0].Attempts[0].Exchanges[0].RequestHeader, "Accept-Language"+safetest.Hostile)
	assert.Equal(t, tree(t).Results[0].Verdict, r.Results[0].Verdict)
	assert.NotContains(t, tree(t).Results[0].Case.ID, "<script>", "the fixed report is left as it was")
}
