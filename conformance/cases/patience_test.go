package cases_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
)

// TestOneVersionBroken: that nothing takes effect in one version is no fault of those that are asked after it,
// whose operations take a while.
func TestOneVersionBroken(t *testing.T) {
	t.Parallel()
	broken, err := mock.DefectByName("no-effect-one-version")
	require.NoError(t, err)
	newestFirst := slices.Clone(gen.Clients())
	slices.Reverse(newestFirst)
	report := judgeCases(t, newMock(t, nil, mock.WithDefect(broken), mock.WithDelay(150*time.Millisecond)), func(c *conformance.Config) {
		c.Clients, c.Settle, c.Fixture, c.Attempts = newestFirst[:2], 700*time.Millisecond, mockFixture, 1
	}, "detach-*", "ids-encoded", "ids-refused-late", "form-language-accepted")
	for _, r := range report.Results {
		switch {
		case r.Version.ID != newestFirst[0].ID:
			assert.Contains(t, []conformance.Verdict{conformance.Pass, conformance.Skip}, r.Verdict, "%s in %s: %s", r.Case.ID, r.Version.ID, r.Reason())
		case r.Case.ID == "detach-takes-effect":
			assert.Equal(t, conformance.Fail, r.Verdict, r.Reason())
		case r.Case.ID == "form-language-accepted":
			assert.Equal(t, conformance.Pass, r.Verdict, r.Reason())
		}
	}
}
