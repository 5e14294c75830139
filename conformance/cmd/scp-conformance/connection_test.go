package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/signing"
)

// authority is a private certificate authority, with its certificate in a file.
type authority struct {
	t    *testing.T
	file string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "private"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &authority{t, pemFile(t, "CERTIFICATE", der), cert, key, pool}
}

// issue writes a certificate for these names and its key into files.
func (a *authority) issue(names ...string) (cert, key string) {
	a.t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a.t, err)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "issued"}, NotAfter: time.Now().Add(time.Hour),
		DNSNames: names, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, a.cert, private.Public(), a.key)
	require.NoError(a.t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(a.t, err)
	return pemFile(a.t, "CERTIFICATE", der), pemFile(a.t, "PRIVATE KEY", keyDER)
}

func pemFile(t *testing.T, kind string, der []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "it.pem")
	require.NoError(t, os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
	return name
}

// counting serves a mock over TLS, and counts the requests it gets.
func counting(t *testing.T, ca *authority, config *tls.Config, names ...string) (server *httptest.Server, requests *atomic.Int64) {
	t.Helper()
	handler, err := mock.New([]signing.Credentials{{AccessKey: "an-access-key", SecretKey: signing.Secret("a-secret-of-mine")}})
	require.NoError(t, err)
	requests = new(atomic.Int64)
	server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		handler.ServeHTTP(w, r)
	}))
	certificate, err := tls.LoadX509KeyPair(ca.issue(names...))
	require.NoError(t, err)
	config.Certificates = []tls.Certificate{certificate}
	server.TLS = config
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server, requests
}

// command runs the command as a process of its own, with a few cases, and returns its exit code and what it printed.
func command(t *testing.T, env []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "scp-conformance", args...)
	cmd.Env = append(os.Environ(), append([]string{
		"SCP_ACCESS_KEY=an-access-key", "SCP_SECRET_KEY=a-secret-of-mine", "NO_PROXY=", "no_proxy=",
	}, env...)...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
		code = exit.ExitCode()
	}
	return code, out.String(), errs.String()
}

// few are flags that have run ask a few cases quickly, and tell as JSON.
var few = []string{"--case", "form-*,discovery-listed", "--api-version", "1.3", "--format", "json", "--rps", "1000"}

func counted(t *testing.T, stdout string) int {
	t.Helper()
	var report conformance.Report
	require.NoError(t, json.Unmarshal([]byte(stdout), &report), stdout)
	return report.Counts.Requests
}

// TestCertificates: an endpoint with a private authority, and one that wants a certificate.
func TestCertificates(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	cert, key := ca.issue()
	strange, strangeKey := newAuthority(t).issue()
	open, openGot := counting(t, ca, &tls.Config{})
	mutual, mutualGot := counting(t, ca, &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ca.pool})
	for _, c := range []struct {
		name, endpoint string
		flags          []string
		code           int
		says           string
	}{
		{"not trusted", open.URL, nil, 3, "cannot be trusted"},
		{"trusted", open.URL, []string{"--ca-file", ca.file}, 0, ""},
		{"a certificate nobody asked for", open.URL, []string{"--ca-file", ca.file, "--client-cert", cert, "--client-key", key}, 0, ""},
		{"a certificate that is missing", mutual.URL, []string{"--ca-file", ca.file}, 3, "name yours with --client-cert and --client-key"},
		{"a certificate", mutual.URL, []string{"--ca-file", ca.file, "--client-cert", cert, "--client-key", key}, 0, ""},
		{"a stranger's", mutual.URL, []string{"--ca-file", ca.file, "--client-cert", strange, "--client-key", strangeKey}, 3, ""},
		{"without its key", mutual.URL, []string{"--client-cert", cert}, 2, "--client-cert goes with --client-key"},
		{"without its certificate", mutual.URL, []string{"--client-key", key}, 2, "--client-key goes with --client-cert"},
		{"another key", mutual.URL, []string{"--client-cert", cert, "--client-key", strangeKey}, 2, "private key does not match public key"},
		{"no authority", open.URL, []string{"--ca-file", key}, 2, "holds no certificate in PEM form"},
		{"no file", open.URL, []string{"--ca-file", ca.file + "x"}, 2, "--ca-file: "},
		{"a directory", open.URL, []string{"--client-cert", t.TempDir(), "--client-key", key}, 2, "is not a regular file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := openGot.Load() + mutualGot.Load()
			code, out, errs := command(t, nil, append(append([]string{"run", "--endpoint", c.endpoint}, few...), c.flags...)...)
			assert.Equal(t, c.code, code, "%s\n%s", out, errs)
			assert.Contains(t, out+errs, c.says)
			assert.NotContains(t, out+errs, "a-secret-of-mine")
			got := openGot.Load() + mutualGot.Load() - before
			switch c.code {
			case 0:
				assert.EqualValues(t, got, counted(t, out), "each request is counted")
			case 3:
				assert.LessOrEqual(t, got, int64(counted(t, out)), "and what did not arrive may be")
			}
			code, out, errs = command(t, nil, append([]string{"versions", "--endpoint", c.endpoint}, c.flags...)...)
			assert.Equal(t, c.code, code, "%s\n%s", out, errs)
		})
	}
}

// TestProxy: what is not on this machine is reached through the proxy of the environment, and this machine is not.
func TestProxy(t *testing.T) {
	t.Parallel()
	const host = "virtualserver.kr-west1.e.samsungsdscloud.com"
	ca := newAuthority(t)
	server, got := counting(t, ca, &tls.Config{}, host)
	var tunnels atomic.Int64
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tunnels.Add(1)
		if r.Method != http.MethodConnect || r.Host != host+":443" {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		tunnel(w, server.Listener.Addr().String())
	}))
	t.Cleanup(proxy.Close)
	env := []string{"HTTPS_PROXY=" + proxy.URL, "HTTP_PROXY=" + proxy.URL}
	flags := append([]string{"run", "--ca-file", ca.file}, few...)

	code, out, errs := command(t, env, append(flags, "--region", "kr-west1", "--environment", "e")...)
	assert.Equal(t, 0, code, "%s\n%s", out, errs)
	assert.True(t, strings.HasPrefix(errs, "Judging https://"+host+" as of "), errs)
	assert.Contains(t, errs, "with access key …-key; harm allowed: refused, of nothing that exists.\n")
	assert.Positive(t, tunnels.Load())
	assert.EqualValues(t, got.Load(), counted(t, out))

	before := tunnels.Load()
	code, out, errs = command(t, env, append(flags, "--endpoint", server.URL)...)
	assert.Equal(t, 0, code, "%s\n%s", out, errs)
	assert.Equal(t, before, tunnels.Load(), "this machine is reached directly")
}

// tunnel joins the client of a proxy with an address.
func tunnel(w http.ResponseWriter, address string) {
	far, err := net.Dial("tcp", address)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	near, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		far.Close()
		return
	}
	_, _ = io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
	go func() {
		_, _ = io.Copy(far, near)
		far.Close()
	}()
	_, _ = io.Copy(near, far)
	near.Close()
}

func TestLastFour(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{"": "…", "abcd": "…", "elevenchars": "…", "twelve-chars": "…hars"} {
		assert.Equal(t, want, lastFour(key))
	}
}
