package cases

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/signing"
	"github.com/scp-openapi/virtualserver/signing/forge"
)

var detachRefused = conformance.Clause{
	ID: "DETACH-REFUSED", Source: conformance.Document,
	Text: "400 Bad Request, 401 Unauthorized and 409 Conflict refuse a request: it is not carried out, then or later.",
}

// refusal is a request that has to be refused, about something that exists.
type refusal struct {
	about   string
	request conformance.Request
}

// refusedLate asks for what has to be refused, of what exists, in each way to be refused that there is, and
// looks at all the volumes of the fixture a while later. Whether the answers are right is for
// other cases to judge.
func refusedLate() conformance.Case {
	return conformance.Case{
		ID: "ids-refused-late", Family: familyIDs,
		Summary: "a refused request is not carried out: the volume and its neighbours are unchanged a while later",
		Clauses: []conformance.Clause{detachRefused},
		Harm:    conformance.HarmDangerous,
		Rotates: true,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			p, err := t.Attached(ctx)
			if err != nil {
				return err
			}
			before, err := takePicture(ctx, t)
			if err != nil {
				return err
			}
			refused := 0
			for _, r := range waysToRefuse(t, p) {
				r.request.About = r.about
				e, err := t.Send(ctx, r.request)
				switch {
				case err != nil:
					return err
				case e.Status/100 == 2:
					t.Note("%s was answered %s, which is for other cases to judge", r.about, conformance.StatusText(e.Status))
					if err := attachAgain(ctx, t, p); err != nil {
						return err
					}
					if before, err = takePicture(ctx, t); err != nil {
						return err
					}
					continue
				}
				refused++
			}
			if refused == 0 {
				return conformance.CannotJudge(conformance.CodeSetup, "nothing was refused, so there is nothing that could have been done all the same")
			}
			if err := t.Pause(ctx, min(t.Linger(), aWhile)); err != nil {
				return err
			}
			found, err := before.deviations(ctx, t)
			if err == nil {
				err = judge(t, found, detachRefused, conformance.Exchange{}, "several requests were refused")
			}
			if err != nil {
				return err
			}
			return refusedWhileAttaching(ctx, t)
		},
	}
}

// aWhile is how long after a refusal a volume is looked at again. What takes longer shows in later cases,
// and at the end of each family.
const aWhile = 250 * time.Millisecond

// waysToRefuse are requests that have to be refused, one for each reason, for a volume that is attached.
func waysToRefuse(t *conformance.Trial, p conformance.Pair) []refusal {
	list := []refusal{
		{"an unknown server", conformance.Request{Pair: conformance.Pair{Volume: p.Volume, Server: t.UnusedID()}, Expect: conformance.ExpectRefused}},
		{"an unknown volume", conformance.Request{Pair: conformance.Pair{Volume: t.UnusedID(), Server: p.Server}, Expect: conformance.ExpectRefused}},
		{"the IDs of volume and server in each other's place", conformance.Request{
			Pair: conformance.Pair{Volume: p.Server, Server: p.Volume}, Expect: conformance.ExpectRefused,
		}},
		{"a malformed server", conformance.Request{Path: "/v1/volumes/" + p.Volume + "/servers/x%20y", Expect: conformance.ExpectBadID}},
		{"a server with a null byte", conformance.Request{Path: "/v1/volumes/" + p.Volume + "/servers/" + p.Server + "%00", Expect: conformance.ExpectOutside}},
		{"a path with a slash at its end", conformance.Request{Path: "/v1/volumes/" + p.Volume + "/servers/" + p.Server + "/", Expect: conformance.ExpectOutside}},
		{"a path in capitals", conformance.Request{Path: "/V1/VOLUMES/" + p.Volume + "/SERVERS/" + p.Server, Expect: conformance.ExpectOutside}},
		{"an unknown version", conformance.Request{Pair: p, Expect: conformance.ExpectRefused, Change: func(req *http.Request) {
			req.Header.Set(signing.HeaderAPIVersion, "virtualserver 99.9")
		}}},
		{"a signature made with another secret key", conformance.Request{Pair: p, Expect: conformance.ExpectUnauthorized, Change: t.WrongSecret}},
		{"an access key that is unknown", conformance.Request{Pair: p, Expect: conformance.ExpectUnauthorized, Change: func(req *http.Request) {
			t.Resign(req, func(parts *forge.Parts) { parts.AccessKey += "x" })
			req.Header.Set(signing.HeaderAccessKey, t.Credentials().AccessKey+"x")
		}}},
		{"a timestamp of yesterday", conformance.Request{Pair: p, Expect: conformance.ExpectUnauthorized, Change: func(req *http.Request) {
			yesterday := strconv.FormatInt(t.Now().Add(-24*time.Hour).UnixMilli(), 10)
			t.Resign(req, func(parts *forge.Parts) { parts.Timestamp = yesterday })
			req.Header.Set(signing.HeaderTimestamp, yesterday)
		}}},
		{"a request without authentication headers", conformance.Request{Pair: p, Expect: conformance.ExpectUnauthorized, Change: func(req *http.Request) {
			for _, name := range []string{signing.HeaderAccessKey, signing.HeaderSignature, signing.HeaderTimestamp} {
				req.Header.Del(name)
			}
		}}},
	}
	f := t.Fixture()
	if f.OtherServer != "" {
		list = append(list, refusal{"a volume that is attached to another server", conformance.Request{
			Pair: conformance.Pair{Volume: p.Volume, Server: f.OtherServer}, Expect: conformance.ExpectRefused,
		}})
	}
	if f.OSVolume != "" {
		list = append(list, refusal{"the OS's default volume", conformance.Request{
			Pair: conformance.Pair{Volume: f.OSVolume, Server: f.Server}, Expect: conformance.ExpectRefused,
		}})
	}
	return list
}

// refusedWhileAttaching asks for a detach of a volume that is being attached. Where that is refused, the
// volume ends up attached.
func refusedWhileAttaching(ctx context.Context, t *conformance.Trial) error {
	p, err := t.Unattached(ctx)
	if err != nil {
		return err
	}
	if err := t.BeginAttach(ctx, p); err != nil {
		return err
	}
	e, err := t.Send(ctx, conformance.Request{Pair: p, About: "a volume that is being attached"})
	if err != nil || e.Status == http.StatusAccepted {
		return err
	}
	shown, attached, err := t.Await(ctx, p.Volume, t.Settle(), func(v *volumes.Volume) bool {
		return !conformance.Moving(v) && conformance.AttachedTo(v, p.Server) && conformance.InUse(v)
	})
	if err != nil || attached {
		return err
	}
	return conformance.ShownBy(e, conformance.Broken(detachRefused, conformance.CodeDetached,
		"a detach was refused while volume %s was being attached, and it is %s at %s", p.Volume, shown.State, list(serversOf(shown))))
}
