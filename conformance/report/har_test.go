package report_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report"
	"github.com/scp-openapi/virtualserver/conformance/report/safe/safetest"
)

// harSchema is the schema that is published for HAR 1.2.
func harSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	files, err := filepath.Glob("testdata/har/*.json")
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		require.NoError(t, err)
		require.NoError(t, compiler.AddResource("https://har.example/"+filepath.Base(file), schema))
	}
	return compiler.MustCompile("https://har.example/har.json")
}

// archive is what the tests read of an archive.
type archive struct {
	Log struct {
		Pages []struct {
			ID, Title string
		}
		Entries []struct {
			Pageref, Comment string
			Request          struct {
				Method, URL string
				QueryString []struct{ Name, Value string }
				PostData    *struct{ MimeType, Text string }
			}
			Response struct {
				Status   int
				Content  struct{ Text, Encoding string }
				Error    string                         `json:"_error"`
				Trailers []struct{ Name, Value string } `json:"_trailers"`
				Cookies  []struct{ Name, Value string }
			}
		}
	}
}

func writtenHAR(t *testing.T, reports ...*conformance.Report) ([]byte, archive) {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, report.HAR(&out, reports...))
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(out.Bytes()))
	require.NoError(t, err)
	require.NoError(t, harSchema(t).Validate(value))
	var read archive
	require.NoError(t, json.Unmarshal(out.Bytes(), &read))
	return out.Bytes(), read
}

func TestHAR(t *testing.T) {
	written, read := writtenHAR(t, tree(t))
	requireGolden(t, "tree.har", written)

	pages := map[string]bool{}
	for _, page := range read.Log.Pages {
		assert.False(t, pages[page.ID], "%s is there twice", page.ID)
		pages[page.ID] = true
	}
	kept := map[string]bool{} // by the page and what tells exchanges apart in the fixed report
	for _, result := range tree(t).Results {
		page := result.Case.ID + " in " + result.Version.ID.String()
		for _, attempt := range result.Attempts {
			for _, e := range attempt.Exchanges {
				kept[page+e.Started.String()+e.URL] = true
			}
		}
		for _, f := range result.Findings {
			if f.Exchange != nil {
				kept[page+f.Exchange.Started.String()+f.Exchange.URL] = true
			}
		}
	}
	assert.Len(t, read.Log.Entries, len(kept), "every exchange once")
	for _, entry := range read.Log.Entries {
		assert.True(t, pages[entry.Pageref], entry.Pageref)
		assert.NotEmpty(t, entry.Comment)
		switch {
		case entry.Pageref == "error-form in 1.10":
			assert.Equal(t, "base64", entry.Response.Content.Encoding)
			body, err := base64.StdEncoding.DecodeString(entry.Response.Content.Text)
			require.NoError(t, err)
			assert.True(t, bytes.HasPrefix(body, []byte("\x89PNG")))
		case entry.Pageref == "signature-wrong in 1.10":
			assert.Equal(t, "X-Checksum", entry.Response.Trailers[0].Name)
		case entry.Pageref == "no-redirect in 1.9":
			assert.Equal(t, []struct{ Name, Value string }{{"session", "[masked]"}, {"lang", "ko"}}, entry.Response.Cookies)
			assert.Contains(t, entry.Comment, "id-unknown in 1.9", "the case that sent it")
		case len(entry.Request.QueryString) > 0:
			assert.Equal(t, []struct{ Name, Value string }{{"trace", "a b"}, {"trace", "c"}, {"full", ""}}, entry.Request.QueryString)
		case entry.Response.Status == 0:
			assert.Equal(t, "read: connection reset by peer", entry.Response.Error)
		case entry.Request.Method == http.MethodPost:
			assert.Equal(t, "application/json", entry.Request.PostData.MimeType)
		}
	}
}

func TestHAROfSeveral(t *testing.T) {
	_, one := writtenHAR(t, tree(t))
	_, two := writtenHAR(t, tree(t), treeOf(t, "second.example"))
	require.Len(t, two.Log.Pages, 2*len(one.Log.Pages))
	assert.Equal(t, "https://virtualserver.example versions-list in 1.2", two.Log.Pages[0].ID)
	assert.Equal(t, "https://second.example versions-list in 1.2", two.Log.Pages[len(one.Log.Pages)].ID)
	_, none := writtenHAR(t)
	assert.Empty(t, none.Log.Entries)
}

// TestHARURL: the URL is as it went out, unless no reader could parse it.
func TestHARURL(t *testing.T) {
	for _, tt := range []struct{ name, url, want string }{
		{"plain", "http://127.0.0.1:8080/v1/volumes/a/servers/b", "http://127.0.0.1:8080/v1/volumes/a/servers/b"},
		{"dots and escapes", "https://a.example/v1/volumes/%2e%2E/servers/..//b%25?x=%20&y", "https://a.example/v1/volumes/%2e%2E/servers/..//b%25?x=%20&y"},
		{"a bad escape", "https://a.example/v1/%zz", "https://a.example/v1/%25zz"},
		{"a space", "https://a.example/v 1", "https://a.example/v%201"},
		{"no URL", "볼륨", "unknown:%EB%B3%BC%EB%A5%A8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked := result(newest, "f", "c", conformance.Pass)
			asked.Attempts = []conformance.Attempt{{Exchanges: []conformance.Exchange{{Method: "GET", URL: tt.url}}}}
			_, read := writtenHAR(t, &conformance.Report{Results: []conformance.Result{asked}})
			assert.Equal(t, tt.want, read.Log.Entries[0].Request.URL)
		})
	}
}

func TestHARHostile(t *testing.T) {
	written, read := writtenHAR(t, hostile(t))
	safetest.RequireHarmless(t, string(written))
	_, plain := writtenHAR(t, tree(t))
	assert.Len(t, read.Log.Entries, len(plain.Log.Entries))
}
