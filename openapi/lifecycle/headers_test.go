package lifecycle_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

func TestParseHeaders(t *testing.T) {
	for name, c := range map[string]struct {
		deprecation, sunset string // "" is not sent
		deprecated          bool
		on, until           string
	}{
		"neither":                            {"", "", false, "-", "-"},
		"the example of RFC 9745":            {"@1688169599", "", true, "2023-07-01", "-"}, // 23:59:59 UTC on 30 June
		"with parameters":                    {"@1688169599 ;a=1;b", "", true, "2023-07-01", "-"},
		"the first second":                   {"@0", "", true, "1970-01-01", "-"},
		"the older form, without a date":     {"true", "", true, "-", "-"},
		"the older form, in another case":    {" True ", "", true, "-", "-"},
		"the older form, with a date":        {"Fri, 11 Nov 2022 23:59:59 GMT", "", true, "2022-11-12", "-"},
		"sunset":                             {"", "Sun, 30 Aug 2026 15:00:00 GMT", false, "-", "2026-08-31"},
		"sunset, a second earlier":           {"", "Sun, 30 Aug 2026 14:59:59 GMT", false, "-", "2026-08-30"},
		"sunset, in the form of RFC 850":     {"", "Sunday, 30-Aug-26 15:00:00 GMT", false, "-", "2026-08-31"},
		"sunset, in the form of C's asctime": {"", "Sun Aug 30 15:00:00 2026", false, "-", "2026-08-31"},
		"both":                               {"@1780412400", "Mon, 31 Aug 2026 00:00:00 GMT", true, "2026-06-03", "2026-08-31"},
	} {
		t.Run(name, func(t *testing.T) {
			h := http.Header{}
			if c.deprecation != "" {
				h.Set("deprecation", c.deprecation)
			}
			if c.sunset != "" {
				h.Set("sunset", c.sunset)
			}
			got, err := lifecycle.ParseHeaders(h)
			require.NoError(t, err)
			assert.Equal(t, c.deprecated, got.Deprecated)
			assert.Equal(t, c.on, got.DeprecatedOn.String())
			assert.Equal(t, c.until, got.Sunset.String())
		})
	}
}

func TestParseHeadersRefuses(t *testing.T) {
	for _, nonsense := range []string{
		"", " ", "@", "@x", "@-1", "@+1", "@1.5", "@ 1", "@1688169599x", "@1688169599, @1688169599", "@253402300800",
		"@999999999999999", "@99999999999999999999", "@18446744073709551615", "1688169599", "false", "?1", "soon", "2026-08-31", "31 Aug 2026",
	} {
		t.Run("deprecation "+nonsense, func(t *testing.T) {
			got, err := lifecycle.ParseHeaders(http.Header{"Deprecation": {nonsense}})
			require.ErrorContains(t, err, `Deprecation: "`+nonsense+`"`)
			assert.Equal(t, lifecycle.Announcement{Deprecated: true}, got)
		})
	}
	for _, nonsense := range []string{"", "@1688169599", "true", "2026-08-31", "Mon, 31 Feb 2026 00:00:00 GMT", "Mon, 31 Aug 1066 00:00:00 GMT"} {
		t.Run("sunset "+nonsense, func(t *testing.T) {
			got, err := lifecycle.ParseHeaders(http.Header{"Sunset": {nonsense}})
			require.ErrorContains(t, err, `Sunset: "`+nonsense+`"`)
			assert.Zero(t, got)
		})
	}
	t.Run("one wrong, the other read", func(t *testing.T) {
		got, err := lifecycle.ParseHeaders(http.Header{"Deprecation": {"soon"}, "Sunset": {"Mon, 31 Aug 2026 00:00:00 GMT"}})
		assert.ErrorContains(t, err, "soon")
		assert.Equal(t, "2026-08-31", got.Sunset.String())
	})
	t.Run("both wrong, both named", func(t *testing.T) {
		_, err := lifecycle.ParseHeaders(http.Header{"Deprecation": {"soon"}, "Sunset": {"later"}})
		assert.ErrorContains(t, err, "soon")
		assert.ErrorContains(t, err, "later")
	})
	t.Run("sent twice", func(t *testing.T) {
		_, err := lifecycle.ParseHeaders(http.Header{"Deprecation": {"true", "@1"}})
		assert.ErrorContains(t, err, `Deprecation: "true, @1"`)
	})
	t.Run("long nonsense is cut", func(t *testing.T) {
		_, err := lifecycle.ParseHeaders(http.Header{"Sunset": {strings.Repeat("x", 1<<20)}})
		require.Error(t, err)
		assert.Less(t, len(err.Error()), 200)
	})
}
