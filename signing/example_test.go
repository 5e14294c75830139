package signing_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/scp-openapi/virtualserver/signing"
)

// A client signs with a Transport, and a server, here in place of the real one,
// verifies.
func Example() {
	creds := signing.Credentials{AccessKey: "access", SecretKey: signing.Secret("secret")}

	verifier := signing.NewVerifier(func(accessKey string) (signing.Credentials, bool) {
		return creds, accessKey == creds.AccessKey
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := verifier.Verify(r); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	}))
	defer server.Close()

	signer, err := signing.New(creds)
	if err != nil {
		fmt.Println(err)
		return
	}
	transport, err := signing.NewTransport(signer, server.URL, signing.WithAPIVersion("virtualserver 1.3"))
	if err != nil {
		fmt.Println(err)
		return
	}
	client := &http.Client{Transport: transport}
	defer client.CloseIdleConnections()

	req, err := http.NewRequest(http.MethodDelete, server.URL+"/v1/volumes/1/servers/2", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := client.Do(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	fmt.Println(resp.Status)
	// Output: 202 Accepted
}

// A file that others can read gives its keys all the same, and is worth a warning.
func ExampleFindCredentials() {
	creds, err := signing.FindCredentials("")
	var exposed *signing.ExposedFileError
	if errors.As(err, &exposed) {
		fmt.Println("warning:", err)
	} else if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("using", creds) // {access [redacted] }
}

func ExampleVerifier_Verify() {
	verifier := signing.NewVerifier(func(string) (signing.Credentials, bool) { return signing.Credentials{}, false })

	err := verifier.Verify(httptest.NewRequest(http.MethodGet, "/v1/volumes/1", nil))
	var refused *signing.VerifyError
	if errors.As(err, &refused) {
		switch refused.Reason {
		case signing.ReasonMissingHeader:
			fmt.Println("sign your requests:", refused.Header)
		case signing.ReasonStaleTimestamp, signing.ReasonFutureTimestamp:
			fmt.Println("set your clock")
		}
	}
	// Output: sign your requests: Scp-Accesskey
}

// A program that sends requests in its own way signs each attempt just before it goes out.
func ExampleSigner_Sign() {
	signer, err := signing.New(
		signing.Credentials{AccessKey: "access", SecretKey: signing.Secret("secret")},
		signing.WithClock(func() time.Time { return time.UnixMilli(1_767_225_600_123) }), // time.Now, by default
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	req, err := http.NewRequest(http.MethodGet, "https://virtualserver.kr-west1.e.samsungsdscloud.com/v1/volumes/1", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := signer.Sign(req); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(req.Header.Get(signing.HeaderAccessKey), req.Header.Get(signing.HeaderTimestamp))
	fmt.Println(len(req.Header.Get(signing.HeaderSignature)), "characters of base64")
	// Output:
	// access 1767225600123
	// 44 characters of base64
}

// Credentials can be logged: the secret key does not show.
func ExampleCredentials() {
	creds := signing.Credentials{AccessKey: "access", SecretKey: signing.Secret("secret")}
	fmt.Printf("%+v\n", creds)
	// Output: {AccessKey:access SecretKey:[redacted] AccountID:}
}

// An endpoint is a scheme and a host, in one spelling.
func ExampleParseEndpoint() {
	endpoint, err := signing.ParseEndpoint("HTTPS://VirtualServer.kr-west1.e.samsungsdscloud.com:443/")
	fmt.Println(endpoint, err)
	_, err = signing.ParseEndpoint("https://virtualserver.kr-west1.e.samsungsdscloud.com/v1")
	fmt.Println(err != nil)
	// Output:
	// https://virtualserver.kr-west1.e.samsungsdscloud.com <nil>
	// true
}
