package cases_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/cases"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/signing"
)

func TestTry(t *testing.T) {
	keys := signing.Credentials{AccessKey: "alice-access", SecretKey: signing.Secret("alice-secret-0123456789")}
	m, err := mock.New([]signing.Credentials{keys}, mock.WithDelay(5*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(m)
	defer s.Close()
	began := time.Now()
	r, err := conformance.Run(t.Context(), conformance.Config{
		Endpoint: s.URL, Credentials: keys, Cases: cases.All(), Clauses: cases.Clauses(), Harm: conformance.HarmDangerous, All: true,
		Fixture: conformance.Fixture{Volume: mock.VolumeID, Server: mock.ServerID, OtherServer: mock.OtherServerID, SharedVolume: mock.SharedID, OSVolume: mock.OSVolumeID, SpareVolume: mock.SpareID},
		Seed: 1, Linger: 300 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range r.Results {
		if x.Verdict != conformance.Pass {
			fmt.Println(x.Version.ID, x.Case.ID, x.Verdict, x.Reason(), x.Duration)
		}
	}
	fmt.Println(r.Headline, r.ExitCode, fmt.Sprintf("%+v", r.Counts), r.Trouble, time.Since(began))
	j, err := json.Marshal(r)
	fmt.Println(len(j), err)
	var back conformance.Report
	fmt.Println(json.Unmarshal(j, &back))
}
