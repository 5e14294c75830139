package mock_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

func TestVersionHeader(t *testing.T) {
	type ask struct {
		header []string
		status int
	}
	newest := gen.Clients()[len(gen.Clients())-1].ID.String()
	cases := map[string]ask{
		"absent":          {nil, 200},
		"unknown":         {[]string{speaks("9.99")}, 400},
		"unknown, major":  {[]string{speaks("0.1")}, 400},
		"empty":           {[]string{""}, 400},
		"no service":      {[]string{newest}, 400},
		"no version":      {[]string{"virtualserver"}, 400},
		"other service":   {[]string{"vpc " + newest}, 400},
		"service in caps": {[]string{"VirtualServer " + newest}, 400},
		"two spaces":      {[]string{"virtualserver  " + newest}, 400},
		"a tab":           {[]string{"virtualserver\t" + newest}, 400},
		"leading v":       {[]string{speaks("v" + newest)}, 400},
		"leading zero":    {[]string{speaks("0" + newest)}, 400},
		"trailing part":   {[]string{speaks(newest + ".0")}, 400},
		"range":           {[]string{speaks(newest + "-9.99")}, 400},
		"latest":          {[]string{speaks("latest")}, 400},
		"doubled":         {[]string{speaks(newest), speaks(newest)}, 400},
	}
	for _, client := range gen.Clients() {
		id := client.ID.String()
		cases["known "+id] = ask{[]string{speaks(id)}, 200}
	}
	s := serve(t)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			req := s.sign(s.request(http.MethodGet, "/v1/volumes/"+mock.VolumeID, ""), credentials)
			req.Header[signing.HeaderAPIVersion] = c.header
			got := s.send(req)
			require.Equal(t, c.status, got.status, "%s", got.body)
			if c.status != http.StatusOK {
				requireError(t, got, "ValidationError")
			}
		})
	}
}

// TestPlannedNeverAnswers: a PLANNED version is refused if a request names it, and passed over if a request
// names none.
func TestPlannedNeverAnswers(t *testing.T) {
	clients := gen.Clients()
	newest, before := clients[len(clients)-1].ID, clients[len(clients)-2].ID
	for _, tt := range []struct {
		name    string
		planned []lifecycle.ID
		header  []string
		status  int
	}{
		{"pinned", []lifecycle.ID{newest}, []string{speaks(newest.String())}, 400},
		{"the version before it", []lifecycle.ID{newest}, []string{speaks(before.String())}, 200},
		{"no version named", []lifecycle.ID{newest}, nil, 200},
		{"no version named, all planned", ids(clients), nil, 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table := lifecycle.Table{}
			for _, c := range clients {
				label := lifecycle.Current
				if slices.Contains(tt.planned, c.ID) {
					label = lifecycle.Planned
				}
				table.Versions = append(table.Versions, lifecycle.Version{ID: c.ID, Label: label})
			}
			s := serve(t, mock.WithTable(table))
			req := s.sign(s.request(http.MethodGet, "/v1/volumes/"+mock.VolumeID, ""), credentials)
			req.Header[signing.HeaderAPIVersion] = tt.header
			assert.Equal(t, tt.status, s.send(req).status)
		})
	}
}

// TestUnversionedSkipsEnded: with RefuseEnded, a request that names no version is for the newest that has
// not ended.
func TestUnversionedSkipsEnded(t *testing.T) {
	clients := gen.Clients()
	ended := lifecycle.On(started)
	table := lifecycle.Table{}
	for _, c := range clients {
		table.Versions = append(table.Versions, lifecycle.Version{ID: c.ID, Label: lifecycle.Deprecated, NotBefore: ended})
	}
	s := serve(t, mock.WithTable(table), mock.RefuseEnded())
	assert.Equal(t, http.StatusBadRequest, s.ask(http.MethodGet, "/v1/volumes/"+mock.VolumeID).status)
	table.Versions[0].NotBefore = lifecycle.Date{}
	s = serve(t, mock.WithTable(table), mock.RefuseEnded())
	got := s.ask(http.MethodGet, "/v1/volumes/"+mock.VolumeID)
	assert.Equal(t, http.StatusOK, got.status)
	assert.NotContains(t, string(got.body), "max_iops", "the oldest version answered")
}

func ids(clients []gen.Client) []lifecycle.ID {
	var all []lifecycle.ID
	for _, c := range clients {
		all = append(all, c.ID)
	}
	return all
}

// days are days on which the versions have different states: around each of their dates, and far from all.
func days() []lifecycle.Date {
	list := []lifecycle.Date{lifecycle.Day(2024, time.January, 1), lifecycle.On(started), lifecycle.Day(2040, time.January, 1)}
	for _, v := range gen.Table().Versions {
		if !v.NotBefore.IsZero() {
			list = append(list, v.NotBefore.Plus(-90), v.NotBefore.Plus(-89), v.NotBefore.Plus(-1), v.NotBefore)
		}
	}
	return list
}
