package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/scp-openapi/virtualserver/gen/discovery"
)

// connection are the flags that say which endpoint is asked, and how it is reached.
type connection struct {
	endpoint            string
	region, environment string
	caFile              string
	cert, key           string
}

// add adds the flags. The first sentence of what --endpoint does is its usage.
func (c *connection) add(cmd *cobra.Command, usage string) {
	f := cmd.Flags()
	f.Var(&endpoint{&c.endpoint}, "endpoint", usage)
	f.StringVar(&c.region, "region", "", "instead of --endpoint, a `region` of the documents: kr-west1, say")
	f.StringVar(&c.environment, "environment", "", "the `environment` of the region: s, g or e")
	f.StringVar(&c.caFile, "ca-file", "", "trust the certificate authorities in this PEM `file` too")
	f.StringVar(&c.cert, "client-cert", "", "show the certificate in this PEM `file` to the endpoint")
	f.StringVar(&c.key, "client-key", "", "its private key, in a PEM `file`")
	for _, name := range []string{"ca-file", "client-cert", "client-key"} {
		completeFile(cmd, name)
	}
}

// locate finds the endpoint of --region and --environment.
func (c *connection) locate() (err error) {
	switch {
	case c.region == "" && c.environment == "":
		return nil
	case c.endpoint != "":
		return errors.New("--endpoint names the endpoint, and so do --region and --environment: leave out one or the others")
	case c.region == "":
		return errors.New("--environment goes with --region")
	case c.environment == "":
		return errors.New("--region goes with --environment")
	}
	c.endpoint, err = discovery.Endpoint(c.region, c.environment)
	return err
}

// transport is what requests are sent through: net/http's own, which honours the proxy variables, with the
// certificates that the flags name. It is nil where they name none.
func (c *connection) transport() (http.RoundTripper, error) {
	if c.caFile == "" && c.cert == "" && c.key == "" {
		return nil, nil //nolint:nilnil // the default
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.caFile != "" {
		roots, err := rootsWith(c.caFile)
		if err != nil {
			return nil, fmt.Errorf("--ca-file: %w", err)
		}
		config.RootCAs = roots
	}
	switch {
	case c.cert != "" && c.key == "":
		return nil, errors.New("--client-cert goes with --client-key")
	case c.cert == "" && c.key != "":
		return nil, errors.New("--client-key goes with --client-cert")
	case c.cert != "":
		certificate, err := clientCertificate(c.cert, c.key)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{certificate}
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = config
	return transport, nil
}

// rootsWith are the authorities that this machine trusts, and those in a file.
func rootsWith(name string) (*x509.CertPool, error) {
	pem, err := readPEM(name)
	if err != nil {
		return nil, err
	}
	roots, err := x509.SystemCertPool()
	if err != nil { // there is none
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate in PEM form", name)
	}
	return roots, nil
}

// clientCertificate reads a certificate and its key. Its errors repeat nothing of the files.
func clientCertificate(cert, key string) (tls.Certificate, error) {
	certPEM, err := readPEM(cert)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("--client-cert: %w", err)
	}
	keyPEM, err := readPEM(key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("--client-key: %w", err)
	}
	certificate, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("--client-cert and --client-key: %w", err)
	}
	return certificate, nil
}

// readPEM reads a file that holds certificates or a key.
func readPEM(name string) ([]byte, error) {
	const most = 4 << 20 // bundles of all public authorities are a quarter of a megabyte
	return readSmall(name, most)
}

// readSmall reads a regular file, and refuses one of more than most bytes.
func readSmall(name string, most int64) ([]byte, error) {
	file, err := openFile(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%s is larger than %d KiB", name, most>>10)
	}
	return data, err
}
