package report

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestTexts: each text is there in both languages, with the same places to put something in, and is used.
func TestTexts(t *testing.T) {
	places := regexp.MustCompile(`\{\d\}`)
	hangul := regexp.MustCompile(`\p{Hangul}`)
	sources := htmlSource + htmlScript + `"documented" "listed" "about." "table."` // as html_timeline.go and html_headline.go have them
	for key, text := range texts {
		assert.Len(t, text, 2, key)
		in := func(language string) []string {
			found := places.FindAllString(text[language], -1)
			slices.Sort(found)
			return found
		}
		assert.NotEmpty(t, text[english], key)
		assert.Equal(t, in(english), in(korean), key)
		if key != "switch" {
			assert.Regexp(t, hangul, text[korean], key)
			assert.NotRegexp(t, hangul, text[english], key)
		}
		family, _, _ := strings.Cut(key, ".")
		used := regexp.MustCompile(`["'=]` + regexp.QuoteMeta(key) + `["']|"` + family + `\."`)
		assert.True(t, used.MatchString(sources), "text %q is not used", key)
	}
}
