package safe_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/scp-openapi/virtualserver/conformance/report/safe"
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
		{"a long word", "see virtualserver for it", 10, []string{"see", "virtualserver", "for it"}},
		{"a long path", "DELETE /v1/volumes/vol/servers/srv now", 12, []string{"DELETE", "/v1/volumes/vol/servers/srv", "now"}},
		{"characters, not bytes", "볼륨 볼륨", 5, []string{"볼륨 볼륨"}},
		{"blanks and line ends", " a \n b ", 10, []string{"a b"}},
		{"no width", "a b", 0, []string{"a", "b"}},
	} {
		t.Run(tt.name, func(t *testing.T) { assert.Equal(t, tt.want, safe.Wrap(tt.text, tt.width)) })
	}
}
