package conformancetest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/conformancetest"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/signing"
)

// A test that has to fail runs in a process of its own: this test binary, with childVariable saying which of the
// children it is. There it is called TestChild, and the flags of go test select its subtests.
const childVariable = "CONFORMANCETEST_CHILD"

func TestMain(m *testing.M) {
	if name := os.Getenv(childVariable); name != "" {
		testing.Main(regexp.MatchString, []testing.InternalTest{{Name: "TestChild", F: children[name]}}, nil, nil)
	}
	goleak.VerifyTestMain(m)
}

// outcome is how a child ended, and what it said.
type outcome struct {
	failed bool
	out    string
}

// child runs a child, with flags of go test.
func child(t *testing.T, name string, flags ...string) outcome {
	t.Helper()
	require.Contains(t, children, name)
	cmd := exec.CommandContext(t.Context(), os.Args[0], flags...)
	cmd.Env = append(os.Environ(), childVariable+"="+name, "GORACE=atexit_sleep_ms=10") // with -race it waits a second at its end
	out, err := cmd.CombinedOutput()
	if err != nil {
		require.ErrorAs(t, err, new(*exec.ExitError))
	}
	return outcome{err != nil, string(out)}
}

var (
	keys     = signing.Credentials{AccessKey: "ak", SecretKey: signing.Secret("sk")}
	promised = conformance.Clause{ID: "TEST-PROMISED", Source: conformance.Document, Text: "It is promised."}
	assumed  = conformance.Clause{ID: "TEST-ASSUMED", Source: conformance.Assumed, Text: "It is assumed."}
)

// asking replaces the catalogue by cases that detach what does not exist, and end so.
func asking(ends map[string]error, ids ...string) conformancetest.Option {
	return func(c *conformance.Config) error {
		c.Cases, c.Attempts = nil, 1
		for _, id := range ids {
			c.Cases = append(c.Cases, conformance.Case{
				ID: id, Family: "tests", Summary: "a test asks", Harm: conformance.HarmRefused,
				Ask: func(ctx context.Context, t *conformance.Trial) error {
					exchange, err := t.Send(ctx, conformance.Request{Pair: t.Unused(), Expect: conformance.ExpectRefused, About: id})
					if err != nil {
						return err
					}
					return conformance.ShownBy(exchange, ends[id])
				},
			})
		}
		return nil
	}
}

// ending is a child whose one case ends so in one version.
func ending(err error, options ...conformancetest.Option) func(*testing.T) {
	return func(t *testing.T) {
		options := append([]conformancetest.Option{conformancetest.WithVersions("1.3"), asking(map[string]error{"case": err}, "case")}, options...)
		conformancetest.Run(t, conformancetest.NewMock(t), options...)
	}
}

var children = map[string]func(*testing.T){
	"pass":           ending(nil),
	"fail":           ending(conformance.Broken(promised, conformance.CodeStatus, "it is otherwise")),
	"differs":        ending(conformance.Broken(assumed, conformance.CodeStatus, "it is unusual")),
	"differs strict": ending(conformance.Broken(assumed, conformance.CodeStatus, "it is unusual"), conformancetest.Strict()),
	"inconclusive":   ending(conformance.CannotJudge(conformance.CodeSetup, "nothing can be seen")),
	"skip":           ending(conformance.Skipped("it is not allowed")),
	"error":          ending(errors.New("the case is wrong")),
	"unreachable": func(t *testing.T) {
		conformancetest.Run(t, conformancetest.Endpoint{URL: "http://127.0.0.1:1", Credentials: keys}, conformancetest.WithVersions("1.3"))
	},
	"broken endpoint": func(t *testing.T) {
		m := conformancetest.NewMock(t)
		conformancetest.Run(t, conformancetest.Endpoint{URL: m.URL, Credentials: m.Credentials}, conformancetest.WithVersions("1.3"),
			asking(map[string]error{"case": conformance.Broken(promised, conformance.CodeStatus, "it is otherwise")}, "case"))
	},
	"broken mock": func(t *testing.T) {
		defect, err := mock.DefectByName("accepted-200")
		require.NoError(t, err)
		conformancetest.Run(t, conformancetest.NewMock(t, mock.WithDefect(defect)))
	},
	// A case that never ends by itself.
	"slow": func(t *testing.T) {
		conformancetest.Run(t, conformancetest.NewMock(t), func(c *conformance.Config) error {
			c.Cases = []conformance.Case{{ID: "slow", Summary: "a test waits", Ask: func(ctx context.Context, _ *conformance.Trial) error {
				<-ctx.Done()
				return conformance.CannotJudge(conformance.CodeStopped, "it was stopped: %w", context.Cause(ctx))
			}}}
			return nil
		})
	},
	// Several cases, in every version; it prints the detaches that were asked for.
	"several": func(t *testing.T) {
		m := conformancetest.NewMock(t)
		conformancetest.Run(t, m, asking(nil, "one", "two", "three"))
		for _, r := range m.Requests() {
			if r.Method == http.MethodDelete {
				fmt.Println("detach with", r.APIVersion)
			}
		}
	},
	"live": func(t *testing.T) { // as a live endpoint is asked where no option says more
		conformancetest.Run(t, conformancetest.NewMock(t), conformancetest.WithVersions("1.3"), conformancetest.WithCases("detach-accepted", "ids-malformed"),
			func(c *conformance.Config) error { c.Live, c.Harm = true, conformance.DefaultHarm(true); return nil })
	},
	"live detaches": func(t *testing.T) {
		conformancetest.Run(t, conformancetest.Endpoint{URL: "https://virtualserver.kr-west1.e.samsungsdscloud.com", Credentials: keys},
			conformancetest.WithHarm(conformance.HarmDetaches))
	},
	"parallel": func(t *testing.T) {
		t.Parallel()
		for range 3 {
			t.Run("suite", func(t *testing.T) {
				t.Parallel()
				conformancetest.Run(t, conformancetest.NewMock(t), asking(nil, "one", "two"))
			})
		}
	},
	"environment": func(t *testing.T) {
		t.Setenv("CONFORMANCETEST_ANY", "thing") // such a test cannot be parallel
		conformancetest.Run(t, conformancetest.NewMock(t), asking(nil, "one"))
	},
	"no target": func(t *testing.T) { conformancetest.Run(t, nil) },
	"unknown version": func(t *testing.T) {
		conformancetest.Run(t, conformancetest.NewMock(t), conformancetest.WithVersions("9.9"))
	},
	"unknown case": func(t *testing.T) {
		conformancetest.Run(t, conformancetest.NewMock(t), conformancetest.WithCases("nothing"))
	},
	"not https": func(t *testing.T) {
		conformancetest.Run(t, conformancetest.Endpoint{URL: "http://example.com", Credentials: keys})
	},
}

// detaches are the detaches that a child printed, by version.
func (o outcome) detaches() map[string]int {
	counts := map[string]int{}
	for line := range strings.Lines(o.out) {
		if version, ok := strings.CutPrefix(strings.TrimSpace(line), "detach with virtualserver "); ok {
			counts[version]++
		}
	}
	return counts
}
