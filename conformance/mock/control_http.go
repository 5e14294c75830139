package mock

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// The bounds of what the control API reads. A test needs a fraction of them.
const (
	maxControlBody = 256 << 10
	maxLoaded      = 1000 // volumes, and servers
)

// Control returns the control API of the mock, for tests that are written in other languages:
//
//	GET /world        the servers and volumes as they are
//	PUT /world        replace them
//	GET /settings     the day, the delay and the defects
//	PATCH /settings   change those that the body names
//	GET /requests     the requests that the mock has seen
//	DELETE /requests  forget them
//	POST /reset       make the mock what it was when it started
//
// Bodies are JSON: a [World], [Settings], and a list of [Request]. Errors are {"error": "…"} with a status of 4xx.
//
// The control API asks for no keys, so whoever reaches it decides what the mock says. Serve it on a port of its
// own, on an address that only the tests reach. It refuses what web pages of other origins send.
func (s *Server) Control() http.Handler {
	return http.NewCrossOriginProtection().Handler(http.HandlerFunc(s.serveControl))
}

// controls are the paths of the control API, and what answers each method. The answer is written as JSON.
var controls = map[string]map[string]func(*Server, *http.Request) (any, error){
	"/world": {
		http.MethodGet: func(s *Server, _ *http.Request) (any, error) { return s.World(), nil },
		http.MethodPut: (*Server).putWorld,
	},
	"/settings": {
		http.MethodGet:   func(s *Server, _ *http.Request) (any, error) { return s.settings(), nil },
		http.MethodPatch: (*Server).patchSettings,
	},
	"/requests": {
		http.MethodGet:    func(s *Server, _ *http.Request) (any, error) { return s.Requests(), nil },
		http.MethodDelete: func(s *Server, _ *http.Request) (any, error) { s.Forget(); return []Request{}, nil },
	},
	"/reset": {
		http.MethodPost: func(s *Server, _ *http.Request) (any, error) { s.Reset(); return s.World(), nil },
	},
}

func (s *Server) serveControl(w http.ResponseWriter, r *http.Request) {
	methods, found := controls[r.URL.Path]
	if !found {
		writeControl(w, http.StatusNotFound, controlError(fmt.Errorf("the control API has no %.200q: its paths are %s",
			r.URL.Path, strings.Join(slices.Sorted(maps.Keys(controls)), ", "))))
		return
	}
	answer, found := methods[r.Method]
	if !found {
		allowed := strings.Join(slices.Sorted(maps.Keys(methods)), ", ")
		w.Header().Set("Allow", allowed)
		writeControl(w, http.StatusMethodNotAllowed, controlError(fmt.Errorf("%s takes %s, not %.20q", r.URL.Path, allowed, r.Method)))
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxControlBody)
	body, err := answer(s, r)
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		writeControl(w, http.StatusRequestEntityTooLarge, controlError(fmt.Errorf("the body is longer than %d bytes", maxControlBody)))
	case err != nil:
		writeControl(w, http.StatusBadRequest, controlError(err))
	default:
		writeControl(w, http.StatusOK, body)
	}
}

func controlError(err error) any { return map[string]string{"error": err.Error()} }

func writeControl(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(body) // a client that hung up needs no answer
}

// readControl reads a body that is one JSON object with known fields.
func readControl(r *http.Request, into any) error {
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		if errors.Is(err, io.EOF) {
			return errors.New("the body is empty: send a JSON object")
		}
		return fmt.Errorf("the body cannot be read: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the body has more than one JSON object")
	}
	return nil
}

func (s *Server) putWorld(r *http.Request) (any, error) {
	var w *World
	if err := readControl(r, &w); err != nil {
		return nil, err
	}
	switch {
	case w == nil:
		return nil, errors.New("the body is null: send a JSON object with servers and volumes")
	case len(w.Volumes) > maxLoaded || len(w.Servers) > maxLoaded:
		return nil, fmt.Errorf("world: more than %d volumes or servers", maxLoaded)
	}
	if err := s.Load(*w); err != nil {
		return nil, err
	}
	return s.World(), nil
}

// Settings is what the control API changes besides the world. A field that is missing, or null, stays as it is.
type Settings struct {
	// Day is the day as of which the versions are labelled, such as 2026-08-31; "" is the clock's.
	Day *lifecycle.Date `json:"day,omitempty"`
	// Delay is how long attaching and detaching take, such as "1m30s".
	Delay *Delay `json:"delay,omitempty"`
	// Defects are the names of the defects. An empty list mends the mock.
	Defects *[]string `json:"defects,omitempty"`
}

// Delay is a duration that JSON writes as Go does: "1m30s".
type Delay time.Duration

// MarshalText implements encoding.TextMarshaler.
func (d Delay) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Delay) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	switch {
	case err != nil:
		return fmt.Errorf("delay %.40q is not a duration such as 10s or 1m30s", text)
	case parsed < 0:
		return fmt.Errorf("delay %s is negative", parsed)
	}
	*d = Delay(parsed)
	return nil
}

func (s *Server) settings() Settings {
	return Settings{Day: new(s.Day()), Delay: new(Delay(s.Delay())), Defects: new(s.Defects())}
}

// patchSettings changes all that the body names, or nothing.
func (s *Server) patchSettings(r *http.Request) (any, error) {
	var change Settings
	if err := readControl(r, &change); err != nil {
		return nil, err
	}
	if change.Defects != nil {
		var defects []Defect
		for _, name := range *change.Defects {
			d, err := DefectByName(name)
			if err != nil {
				return nil, err
			}
			defects = append(defects, d)
		}
		s.SetDefects(defects...)
	}
	if change.Day != nil {
		s.SetDay(*change.Day)
	}
	if change.Delay != nil {
		s.SetDelay(time.Duration(*change.Delay))
	}
	return s.settings(), nil
}
