package conformancetest_test

import (
	"testing"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/conformancetest"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/signing"
)

// standIn is what the tests of a team use in place of the service. Here it is a mock.
func standIn(t *testing.T) (url string, keys signing.Credentials) {
	m := conformancetest.NewMock(t)
	return m.URL, m.Credentials
}

// testStandIn is called TestStandIn where go test runs it:
//
//	go test -run 'TestStandIn/1\.3/^detach-'
func testStandIn(t *testing.T) {
	url, keys := standIn(t)
	conformancetest.Run(t, conformancetest.Endpoint{URL: url, Credentials: keys},
		conformancetest.WithVersions("1.2", "1.3"),
		conformancetest.WithCases("detach-accepted", "detach-os-volume", "auth-*"),
		conformancetest.WithFixture(conformance.Fixture{
			Volume: mock.VolumeID, Server: mock.ServerID, OSVolume: mock.OSVolumeID,
		}),
	)
}

// A team judges the stand-in for the service that its other tests rely on.
func ExampleRun() {
	_ = testing.InternalTest{Name: "TestStandIn", F: testStandIn}
}
