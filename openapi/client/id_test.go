package client

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBeforeRefusesWhatIsNotASegment(t *testing.T) {
	for _, tt := range []struct{ name, id, says string }{
		{"empty", "", "empty"},
		{"a dot", ".", "dots"},
		{"two dots", "..", "dots"},
		{"three dots", "...", "dots"},
		{"dots and a blank", ".. ", "dots"},
		{"a blank and dots", " ..", "dots"},
		{"a blank", " ", "dots and blanks"},
		{"too long", strings.Repeat("a", 256), "longer than 255 bytes"},
		{"slash", "/", "one of"},
		{"slash inside", "a/../b", "one of"},
		{"slash at the end", volumeID + "/", "one of"},
		{"backslash", `\`, "one of"},
		{"encoded dots", "%2e%2e", "one of"},
		{"dots encoded twice", "%252e%252e", "one of"},
		{"dots with a path parameter", "..;", "one of"},
		{"query", volumeID + "?force=true", "one of"},
		{"fragment", volumeID + "#", "one of"},
		{"NUL", "\x00", "control"},
		{"newline at the end", volumeID + "\n", "control"},
		{"tab", "a\tb", "control"},
		{"DEL", "a\x7f", "ASCII"},
		{"Korean", "볼륨", "ASCII"},
		{"full-width dots", "．．", "ASCII"},
		{"a two dot leader", "‥", "ASCII"},
		{"a vertical two dot leader", "\ufe30", "ASCII"},
		{"a care of", "a℅", "ASCII"},
		{"a full-width percent sign", "％2e", "ASCII"},
		{"a Greek question mark", "\u037e", "ASCII"},
		{"an invisible character after dots", "..\u2060", "ASCII"},
		{"a variation selector after dots", "..\ufe0f", "ASCII"},
		{"a Hangul filler after dots", "..\u3164", "ASCII"},
		{"invalid UTF-8", "a\xff", "ASCII"},
		{"overlong dots", "\xc0\xae\xc0\xae", "ASCII"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, ids := range [][]Param{
				{{"volume_id", tt.id}, {"server_id", serverID}},
				{{"server_id", serverID}, {"volume_id", tt.id}},
			} {
				var refused *IDError
				require.ErrorAs(t, Before(t.Context(), ids...), &refused)
				assert.Equal(t, Param{"volume_id", tt.id}, refused.Param)
				assert.Contains(t, refused.Reason, tt.says)
				assertOneLine(t, refused)
			}
		})
	}
}

// Every character that is not ASCII is refused, and every other is treated as the list says.
func TestBeforeCharacterByCharacter(t *testing.T) {
	for r := rune(0); r <= 0xffff; r++ {
		ok := r >= ' ' && r <= '~' && !strings.ContainsRune(`/\%?#;`, r)
		assert.Equal(t, ok, Before(t.Context(), Param{"volume_id", "a" + string(r) + "b"}) == nil, "%q", r)
	}
}

func TestBeforeAccepts(t *testing.T) {
	for _, id := range []string{volumeID, "v", "..a", "a..b", " a b ", "a:b", "a+b&c=d", `'"a",*!()`, "a-_~", "<a>|^`{}[]", strings.Repeat("a", 255)} {
		assert.NoError(t, Before(t.Context(), Param{"volume_id", id}, Param{"server_id", serverID}), id)
	}
	assert.NoError(t, Before(t.Context()))
}

// A volume is not its own server: whoever passes one ID twice has mixed something up.
func TestBeforeRefusesEqualIDs(t *testing.T) {
	for _, id := range []string{volumeID, strings.ToUpper(volumeID)} {
		var refused *IDError
		require.ErrorAs(t, Before(t.Context(), Param{"volume_id", volumeID}, Param{"server_id", id}), &refused)
		assert.ErrorContains(t, refused, "server_id")
		assert.ErrorContains(t, refused, "is also the volume_id")
	}
}

func TestBeforeRefusesANilContext(t *testing.T) {
	//nolint:staticcheck // that is the point
	require.ErrorContains(t, Before(nil, Param{"volume_id", "v"}), "context is nil")
}
