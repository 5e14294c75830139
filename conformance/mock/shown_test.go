package mock_test

import (
	"encoding/json"
	"maps"
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

// The fields that the models of the vendor's Go SDK require; they refuse unknown ones. Source: the vendor's
// public Go SDK. The lists are written by hand, so that they do not follow a mistake in the documents.
var (
	sdkVolume = []string{
		"bootable", "created_at", "encrypted", "id", "modified_at", "multiattach", "name", "servers", "size",
		"state", "user_id", "volume_type", "volume_type_id",
	}
	sdkVolumeSince12 = []string{"max_iops", "max_throughput"}
	sdkServer        = []string{"attached_at", "device", "id"}
	sdkAttachment    = []string{"delete_on_termination", "device", "server_id", "volume_id"}
)

func fields(t *testing.T, data []byte) map[string]any {
	t.Helper()
	var got map[string]any
	require.NoError(t, json.Unmarshal(data, &got), "%s", data)
	return got
}

// TestShownFields shows every volume in every version, and without a version, which means the newest.
func TestShownFields(t *testing.T) {
	s := serve(t)
	versions := map[string][]string{"no version": nil}
	for _, c := range gen.Clients() {
		versions[c.ID.String()] = []string{speaks(c.ID.String())}
	}
	for version, header := range versions {
		want := slices.Clone(sdkVolume)
		if id, err := lifecycle.ParseID(version); err != nil || id.Compare(lifecycle.V(1, 2)) >= 0 {
			want = append(want, sdkVolumeSince12...)
		}
		for _, v := range mock.DefaultWorld().Volumes {
			t.Run(version+"/"+v.Name, func(t *testing.T) {
				req := s.sign(s.request(http.MethodGet, "/v1/volumes/"+v.ID, ""), credentials)
				req.Header[signing.HeaderAPIVersion] = header
				shown := s.send(req)
				require.Equal(t, http.StatusOK, shown.status)
				got := fields(t, shown.body)
				assert.ElementsMatch(t, want, slices.Collect(maps.Keys(got)))
				for name, value := range got {
					assert.NotNil(t, value, name)
				}
				for _, name := range []string{"created_at", "modified_at"} {
					_, err := time.Parse(time.RFC3339, got[name].(string))
					assert.NoError(t, err, name)
				}
				assert.Positive(t, got["size"])
				require.Len(t, got["servers"], len(v.Servers))
				for _, server := range got["servers"].([]any) {
					server := server.(map[string]any)
					assert.ElementsMatch(t, sdkServer, slices.Collect(maps.Keys(server)))
					_, err := time.Parse(time.RFC3339, server["attached_at"].(string))
					assert.NoError(t, err)
				}
			})
		}
	}
}

func TestAttachmentFields(t *testing.T) {
	for _, tt := range []struct {
		name, said string
		want       bool
	}{
		{"not said", ``, false},
		{"null", `,"delete_on_termination":null`, false},
		{"false", `,"delete_on_termination":false`, false},
		{"true", `,"delete_on_termination":true`, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t)
			body := `{"server_id":"` + mock.ServerID + `"` + tt.said + `}`
			got := s.send(s.sign(s.request(http.MethodPost, "/v1/volumes/"+mock.SpareID+"/servers", body), credentials))
			require.Equal(t, http.StatusAccepted, got.status)
			answer := fields(t, got.body)
			assert.ElementsMatch(t, sdkAttachment, slices.Collect(maps.Keys(answer)))
			assert.Equal(t, tt.want, answer["delete_on_termination"])
			assert.Equal(t, mock.SpareID, answer["volume_id"])
			assert.Equal(t, mock.ServerID, answer["server_id"])
			assert.Regexp(t, `^/dev/vd[b-z]$`, answer["device"])
		})
	}
}

// TestStates: the vendor's Terraform provider compares states exactly.
func TestStates(t *testing.T) {
	s := serve(t, mock.WithDelay(delay))
	state := func() string { return s.show(mock.VolumeID).State }
	assert.Equal(t, "in-use", state())
	s.detach(mock.VolumeID, mock.ServerID)
	assert.Equal(t, "detaching", state())
	s.clock.advance(delay)
	assert.Equal(t, "available", state())
	s.attach(mock.VolumeID, mock.ServerID)
	assert.Equal(t, "attaching", state())
}

// TestModifiedAt: a detach changes a volume when it is done.
func TestModifiedAt(t *testing.T) {
	s := serve(t, mock.WithDelay(delay))
	created := s.show(mock.VolumeID)
	assert.Equal(t, &created.CreatedAt, created.ModifiedAt)
	s.clock.advance(time.Hour)
	s.detach(mock.VolumeID, mock.ServerID)
	done := s.clock.Now().Add(delay).Format(time.RFC3339)
	s.clock.advance(2 * delay)
	assert.Equal(t, &done, s.show(mock.VolumeID).ModifiedAt)
	assert.Equal(t, created.CreatedAt, s.show(mock.VolumeID).CreatedAt)
}
