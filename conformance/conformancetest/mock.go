package conformancetest

import (
	"crypto/rand"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/signing"
)

// Mock is a mock of the service that serves for the length of a test, on a port of this machine. Its methods, those
// of mock.Server, set what it holds and tell what it was asked, while it serves.
type Mock struct {
	*mock.Server
	URL string
	// Credentials are keys that it accepts. Each mock makes up its own.
	Credentials signing.Credentials
}

// NewMock starts a mock, and closes it when the test ends. Without options it holds mock.DefaultWorld, and
// attaching and detaching take no time. Parallel tests each have their own.
func NewMock(t testing.TB, options ...mock.Option) *Mock {
	t.Helper()
	keys := signing.Credentials{AccessKey: rand.Text(), SecretKey: signing.Secret(rand.Text())}
	service, err := mock.New([]signing.Credentials{keys}, options...)
	require.NoError(t, err)
	server := httptest.NewServer(service)
	t.Cleanup(func() {
		server.CloseClientConnections() // a defect may answer without end
		server.Close()
	})
	return &Mock{Server: service, URL: server.URL, Credentials: keys}
}

func (m *Mock) configure(c *conformance.Config) {
	c.Endpoint, c.Credentials = m.URL, m.Credentials
	c.Fixture = fixtureOf(m.World())
	c.Day, c.Table, c.Clock = m.Day(), m.Table(), m.Now
	c.Linger = max(40*time.Millisecond, 20*m.Delay()) // the mock is quick, and so is what depends on it
	c.Command = goTest                                // the command of the suite would find no mock at this port
}

// fixtureOf finds what cases need in a world. What it does not have is left out, and cases that need it are skipped.
func fixtureOf(w mock.World) (f conformance.Fixture) {
	data := func(v mock.Volume) bool { return !v.Bootable && !v.MultiAttach }
	volume := func(fits func(mock.Volume) bool) mock.Volume {
		i := slices.IndexFunc(w.Volumes, fits)
		if i < 0 {
			return mock.Volume{}
		}
		return w.Volumes[i]
	}
	tried := volume(func(v mock.Volume) bool { return data(v) && v.State == mock.StateInUse })
	if tried.ID == "" {
		return f
	}
	f.Volume, f.Server = tried.ID, tried.Servers[0]
	if i := slices.IndexFunc(w.Servers, func(id string) bool { return id != f.Server }); i >= 0 {
		f.OtherServer = w.Servers[i]
	}
	at := func(v mock.Volume, server string) bool { return slices.Contains(v.Servers, server) }
	f.SpareVolume = volume(func(v mock.Volume) bool { return data(v) && v.State == mock.StateAvailable }).ID
	f.OSVolume = volume(func(v mock.Volume) bool { return v.Bootable && at(v, f.Server) }).ID
	f.SharedVolume = volume(func(v mock.Volume) bool {
		return v.MultiAttach && v.State == mock.StateInUse && at(v, f.Server) && at(v, f.OtherServer)
	}).ID
	return f
}
