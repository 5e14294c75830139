package migrate_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/migrate"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// findings are the uses of a scan as findings.
func findings(s *migrate.Scanned) (all []migrate.Finding) {
	for _, u := range s.Uses {
		all = append(all, migrate.Finding{Use: u})
	}
	return all
}

func TestPlanFixText(t *testing.T) {
	target := lifecycle.V(1, 10)
	for name, c := range map[string]struct {
		file, old, new string
		left           string // why what stays does; none if nothing stays
	}{
		"a dict": {"a.py", "h = {\"Scp-Api-Version\": \"virtualserver 1.1\"}\n", "h = {\"Scp-Api-Version\": \"virtualserver 1.10\"}\n", ""},
		"several on a line, with the line endings of Windows": {
			"a.json",
			"{\r\n\"Scp-Api-Version\": \"virtualserver 1.0\", \"scp-api-version\": \"virtualserver  1.1\"}\r\n",
			"{\r\n\"Scp-Api-Version\": \"virtualserver 1.10\", \"scp-api-version\": \"virtualserver  1.10\"}\r\n", "",
		},
		"with a byte order mark": {"a.ps1", "\ufeff$h = @{'Scp-Api-Version' = 'virtualserver 1.2'}", "\ufeff$h = @{'Scp-Api-Version' = 'virtualserver 1.10'}", ""},
		"of another service":     {"a.sh", "curl -H 'Scp-Api-Version: vpc 1.1'\n", "", ""},
		"newer already":          {"a.sh", "curl -H 'Scp-Api-Version: virtualserver 1.11'\n", "", ""},
		"the target already":     {"a.sh", "curl -H 'Scp-Api-Version: virtualserver 1.10'\n", "", ""},
		"apart":                  {"a.py", "call(\"virtualserver\", \"1.1\")\n", "", "its service and its version stand apart"},
		"no version":             {"a.py", "h = {\"Scp-Api-Version\": \"virtualserver latest\"}\n", "", "it names no version such as 1.10"},
		"unpinned":               {"a.sh", "curl -H \"Scp-Accesskey: $A\" -H \"Scp-Signature: $S\" $U\n", "", "it sets no version header: add one"},
		"generated":              {"a.py", "# Generated. DO NOT EDIT.\nh = {\"Scp-Api-Version\": \"virtualserver 1.1\"}\n", "", "the file is generated: change what generates it"},
		"in UTF-16":              {"a.ps1", utf16("$h['Scp-Api-Version'] = 'virtualserver 1.1'"), "", "the file is in UTF-16"},
	} {
		t.Run(name, func(t *testing.T) {
			root := tree(t, map[string]string{c.file: c.old})
			fixed, err := migrate.PlanFixText(t.Context(), root, findings(scan(t, migrate.Options{Root: root})), target)
			require.NoError(t, err)
			if c.left == "" {
				assert.Empty(t, fixed.Left)
			} else {
				require.Len(t, fixed.Left, 1)
				assert.Equal(t, c.left, fixed.Left[0].Why)
			}
			if c.new == "" {
				assert.Empty(t, fixed.Changes)
				return
			}
			require.Len(t, fixed.Changes, 1)
			assert.Equal(t, c.new, string(fixed.Changes[0].New))

			require.NoError(t, migrate.Write(root, fixed.Changes))
			fixed, err = migrate.PlanFixText(t.Context(), root, findings(scan(t, migrate.Options{Root: root})), target)
			require.NoError(t, err)
			assert.Empty(t, fixed.Changes, "a second time")
		})
	}
}

func TestPlanFixTextChanged(t *testing.T) {
	root := tree(t, map[string]string{"a.py": pins})
	found := findings(scan(t, migrate.Options{Root: root}))
	put(t, filepath.Join(root, "a.py"), "\n"+pins)
	fixed, err := migrate.PlanFixText(t.Context(), root, found, lifecycle.V(1, 10))
	require.NoError(t, err)
	assert.Empty(t, fixed.Changes)
	require.Len(t, fixed.Left, 1)
	assert.Equal(t, "the file has changed since it was scanned", fixed.Left[0].Why)

	require.NoError(t, os.Remove(filepath.Join(root, "a.py")))
	_, err = migrate.PlanFixText(t.Context(), root, found, lifecycle.V(1, 10))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// utf16 is text as Windows PowerShell writes it.
func utf16(s string) string {
	wide := "\xff\xfe"
	for _, c := range []byte(s) {
		wide += string([]byte{c, 0})
	}
	return wide
}
