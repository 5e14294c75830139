package cases_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/signing"
)

// disk is a volume of the service.
type disk struct {
	id, name  string
	boot      bool
	shared    bool
	at        map[string]time.Time // server to since when
	becomes   map[string]time.Time // what at will be, from then on
	from      time.Time
	leaving   bool
	lastTouch time.Time
	lastLeft  map[string]time.Time // server to when it was asked to leave
	was, seen string               // the form before the last change, and the last, for looks that lag
	wasUntil  time.Time
}

// settle lets what was accepted happen.
func (d *disk) settle(now time.Time) {
	if d.becomes != nil && !now.Before(d.from) {
		d.at, d.becomes = d.becomes, nil
	}
}

func (s *service) spell(state string) string {
	switch {
	case s.on["state-upper"]:
		return strings.ToUpper(state)
	case s.on["state-underscore"]:
		return strings.ReplaceAll(state, "-", "_")
	case s.on["state-title"]:
		return strings.ToUpper(state[:1]) + state[1:]
	}
	return state
}

func (s *service) show(w http.ResponseWriter, r *http.Request, id string) {
	d := s.volumes[id]
	if d == nil {
		s.refuse(w, http.StatusBadRequest, "ValidationError", "No such volume.") // 409 is documented for no show
		return
	}
	now := time.Now()
	d.settle(now)
	state := "available"
	if len(d.at) > 0 {
		state = "in-use"
	}
	if d.becomes != nil {
		state = "attaching"
		if d.leaving {
			state = "detaching"
		}
	}
	servers := []map[string]any{}
	for server, since := range d.at {
		servers = append(servers, map[string]any{"id": server, "device": d.device(), "attached_at": since.UTC().Format(time.RFC3339)})
	}
	v := map[string]any{
		"id": d.id, "name": d.name, "state": s.spell(state), "size": 10, "bootable": d.boot, "encrypted": false,
		"multiattach": d.shared, "volume_type": "SSD", "volume_type_id": "t-1", "user_id": "u-1",
		"created_at": "2026-01-01T00:00:00Z", "modified_at": d.lastTouch.UTC().Format(time.RFC3339), "servers": servers,
	}
	if version := r.Header.Get(signing.HeaderAPIVersion); version != "virtualserver 1.0" && version != "virtualserver 1.1" {
		v["max_iops"], v["max_throughput"] = 3000, 125
	}
	if s.on["show-extra"] {
		v["zone"], v["tags"] = "az1", []string{"a"}
	}
	text, _ := json.Marshal(v)
	fresh := string(text)
	lag := 300 * time.Millisecond
	if d.seen == "" || core(d.seen) != core(fresh) {
		d.was, d.seen, d.wasUntil = d.seen, fresh, now.Add(lag)
	}
	if d.was != "" && now.Before(d.wasUntil) && (s.on["looks-lag"] || s.on["looks-jitter"] && s.random.IntN(2) == 0) {
		fresh = d.was
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(fresh))
}

// device is where a server finds the volume: each has one of its own everywhere.
func (d *disk) device() string { return "/dev/vd" + d.id[:1] }

// core is what of a shown volume changes with attaching.
func core(text string) string {
	var v struct {
		State   string
		Servers []struct{ ID string }
	}
	_ = json.Unmarshal([]byte(text), &v)
	return fmt.Sprint(v)
}

func (s *service) delay(what string) time.Duration {
	switch {
	case what == "detach" && s.on["detach-2s"]:
		return 2 * time.Second
	case what == "attach" && s.on["attach-slow"]:
		return 500 * time.Millisecond
	}
	return 3 * time.Millisecond
}

// busy reports whether a volume is busy with a neighbouring operation.
func (s *service) busy(d *disk) bool {
	return s.on["busy-after"] && time.Since(d.lastTouch) < 300*time.Millisecond
}

func (s *service) attach(w http.ResponseWriter, r *http.Request, id string) {
	var ask struct {
		Server     string
		Terminates bool
	}
	d := s.volumes[id]
	var body map[string]json.RawMessage // and no struct, which takes Server_ID for server_id
	if json.NewDecoder(r.Body).Decode(&body) != nil || json.Unmarshal(body["server_id"], &ask.Server) != nil ||
		body["delete_on_termination"] != nil && json.Unmarshal(body["delete_on_termination"], &ask.Terminates) != nil || d == nil || ask.Server != hostID && ask.Server != otherID {
		s.refuse(w, s.pick("unknown-409", 409, 400), "ValidationError", "No such volume or server.")
		return
	}
	d.settle(time.Now())
	_, there := d.at[ask.Server]
	if there || d.becomes != nil || d.boot || len(d.at) > 0 && !d.shared || s.busy(d) {
		s.refuse(w, http.StatusConflict, "VolumeBusy", "The volume is busy.")
		return
	}
	d.becomes = map[string]time.Time{ask.Server: time.Now()}
	for server, since := range d.at {
		d.becomes[server] = since
	}
	d.from, d.leaving, d.lastTouch = time.Now().Add(s.delay("attach")), false, time.Now()
	delete(d.lastLeft, ask.Server) // a detach after this is no repeated one
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_ = json.NewEncoder(w).Encode(map[string]any{"server_id": ask.Server, "volume_id": id, "device": d.device(), "delete_on_termination": ask.Terminates})
}

func (s *service) detach(w http.ResponseWriter, id, server string) {
	d := s.volumes[id]
	malformed := id == "" || server == "" || len(id) > 200 || len(server) > 200
	switch {
	case malformed:
		s.refuse(w, s.pick("malformed-409", 409, 400), "ValidationError", "Malformed.")
		return
	case d == nil, server != hostID && server != otherID:
		s.refuse(w, s.pick("unknown-409", 409, 400), "ValidationError", "No such volume or server.")
		return
	}
	d.settle(time.Now())
	_, there := d.at[server]
	if d.leaving && d.becomes != nil {
		_, stays := d.becomes[server]
		there = there && stays
	}
	if since := d.lastLeft[server]; s.on["repeat-202"] && !d.boot && time.Since(since) < time.Second && (!there || d.becomes != nil && d.leaving) {
		s.accept(w)
		return
	}
	switch {
	case d.boot:
		s.refuse(w, s.pick("os-400", 400, 409), "OsVolume", "The OS starts from it.")
	case !there, d.becomes != nil:
		s.refuse(w, s.pick("state-400", 400, 409), "NotAttached", "It is not attached there.")
	case s.busy(d):
		s.refuse(w, http.StatusConflict, "VolumeBusy", "The volume is busy.")
	default:
		d.becomes = map[string]time.Time{}
		for other, since := range d.at {
			if other != server {
				d.becomes[other] = since
			}
		}
		d.from, d.leaving, d.lastTouch = time.Now().Add(s.delay("detach")), true, time.Now()
		d.lastLeft[server] = time.Now()
		s.accept(w)
	}
}

func (s *service) accept(w http.ResponseWriter) {
	if s.on["accepted-location"] {
		w.Header().Set("Location", "/v1/jobs/1")
	}
	if s.on["accepted-typed"] {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "0")
	}
	switch {
	case s.on["accepted-json"]:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprint(w, `{"request_id":"req-1"}`)
		return
	case s.on["accepted-text"]:
		http.Error(w, "Accepted", http.StatusAccepted)
		return
	}
	w.WriteHeader(http.StatusAccepted)
	if s.on["accepted-chunked"] {
		_ = http.NewResponseController(w).Flush()
	}
}
