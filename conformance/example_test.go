package conformance_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/cases"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/signing"
)

// noRedirect is what a team relies on, and no document says: their proxy follows redirects.
var noRedirect = conformance.Clause{
	ID:     "TEAM-NO-REDIRECT",
	Source: conformance.Assumed,
	Text:   "A detach is never answered with a redirect.",
}

// detachStaysHere is a case of their own: a value like those of package cases. It asks for a detach of IDs
// that nothing bears, which is all that its class allows.
var detachStaysHere = conformance.Case{
	ID:      "team-detach-stays-here",
	Family:  "team",
	Summary: "a detach is not redirected",
	Clauses: []conformance.Clause{noRedirect},
	Harm:    conformance.HarmRefused,
	Ask: func(ctx context.Context, t *conformance.Trial) error {
		answer, err := t.Send(ctx, conformance.Request{
			Pair: t.Unused(), Expect: conformance.ExpectRefused, About: "an unknown volume and server",
		})
		if err != nil {
			return err // no answer, say: the case cannot be judged, and is asked again
		}
		if answer.Status/100 == 3 {
			return conformance.ShownBy(answer, conformance.Broken(noRedirect, conformance.CodeRedirect,
				"%s is answered %s", answer.About, conformance.StatusText(answer.Status)))
		}
		return nil
	},
}

// A case is a plain value, so a team adds one of its own to those of the catalogue. It runs beside them,
// under the same guard: were it to ask for more than its class allows, nothing would go out, and its verdict
// would be an error.
func Example() {
	keys := signing.Credentials{AccessKey: "ak", SecretKey: signing.Secret("sk")}
	service, err := mock.New([]signing.Credentials{keys})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(redirecting(service))
	defer server.Close()

	asked, err := cases.Select("detach-accepted")
	if err != nil {
		fmt.Println(err)
		return
	}
	clients := gen.Clients()[:4] // 1.0 to 1.3; all of them unless Clients is set
	report, err := conformance.Run(context.Background(), conformance.Config{
		Clients:     clients,
		Endpoint:    server.URL,
		Credentials: keys,
		Cases:       append(asked, detachStaysHere),
		Harm:        conformance.HarmDetaches,
		Fixture:     conformance.Fixture{Volume: mock.VolumeID, Server: mock.ServerID},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, result := range report.Results {
		fmt.Println(result.Version.ID, result.Case.ID, result.Verdict)
		for _, finding := range result.Findings {
			fmt.Printf("%s: %s\n", finding.Clause, finding.Text)
		}
	}
	fmt.Println("exit code", report.ExitCode)
	// Output:
	// 1.0 detach-accepted pass
	// 1.0 team-detach-stays-here pass
	// 1.1 detach-accepted pass
	// 1.1 team-detach-stays-here pass
	// 1.2 detach-accepted pass
	// 1.2 team-detach-stays-here pass
	// 1.3 detach-accepted pass
	// 1.3 team-detach-stays-here differs
	// TEAM-NO-REDIRECT: an unknown volume and server is answered 307 Temporary Redirect
	// exit code 0
}

// redirecting is a service with a fault in one version: it sends away who asks for what it does not know.
func redirecting(service http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		known := r.URL.Path == "/v1/volumes/"+mock.VolumeID+"/servers/"+mock.ServerID
		if r.Method == http.MethodDelete && !known && r.Header.Get(signing.HeaderAPIVersion) == "virtualserver 1.3" {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
			return
		}
		service.ServeHTTP(w, r)
	})
}
