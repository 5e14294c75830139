package report_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/scp-openapi/virtualserver/conformance/report"
)

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		width      int
		want       []string
	}{
		{"empty", "", 10, []string{""}},
		{"fits", "a volume", 8, []string{"a volume"}},
		{"one column short", "a volume", 7, []string{"a", "volume"}},
		{"a long word", "see https://host.example/path for it", 10, []string{"see", "https://host.example/path", "for it"}},
		{"characters, not bytes", "볼륨 볼륨", 5, []string{"볼륨 볼륨"}},
		{"blanks and line ends", " a \n b ", 10, []string{"a b"}},
		{"no width", "a b", 0, []string{"a", "b"}},
	} {
		t.Run(tt.name, func(t *testing.T) { assert.Equal(t, tt.want, report.Wrap(tt.text, tt.width)) })
	}
}
