package cases

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/gen/volumes"
)

var showVolumeID = conformance.Clause{
	ID: "SHOW-VOLUME-ID", Source: conformance.SDK,
	Text: "Showing a volume is GET /v1/volumes/{volume_id}: only the ID of a volume shows one.",
}

// lenientShown shows a volume by what is not its ID. It reads, so it may ask what nobody may ask a detach of: an ID
// with a sign behind it at which a server may cut the path.
func lenientShown() conformance.Case {
	c := conformance.Case{
		ID: "ids-lenient-shown", Family: familyIDs,
		Summary: "text that resembles the volume's ID does not show the volume",
		Clauses: []conformance.Clause{showVolumeID, detachIDText},
		Harm:    conformance.HarmReads, Rotates: true,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			_, err := shownByID(ctx, t)
			return err
		},
	}
	for _, s := range slices.Concat(idSpellings, kinds("vol", "volume"), cutSpellings, shownSpellings) {
		clause := showVolumeID
		if s.sameUUID {
			clause = detachIDText
		}
		c.Variants = append(c.Variants, conformance.Variant{Name: s.name, Ask: func(ctx context.Context, t *conformance.Trial) error {
			v, err := shownByID(ctx, t)
			if err != nil {
				return err
			}
			asked := s.write(v.ID, t.UnusedID())
			if asked == v.ID {
				return conformance.NotApplicable("the ID has nothing in it to write %s", s.name)
			}
			return showsNothing(ctx, t, "/v1/volumes/"+asked, "a volume whose ID is written in another way: "+s.name, clause)
		}})
	}
	c.Variants = append(c.Variants, conformance.Variant{Name: "name", Ask: func(ctx context.Context, t *conformance.Trial) error {
		v, err := shownByID(ctx, t)
		if err != nil {
			return err
		}
		if v.Name == nil || strings.Trim(*v.Name, ". ") == "" || strings.EqualFold(*v.Name, v.ID) {
			return conformance.NotApplicable("the volume has no name to ask for")
		}
		return showsNothing(ctx, t, "/v1/volumes/"+url.PathEscape(*v.Name), "a volume by its name", showVolumeID)
	}})
	return c
}

// shownByID shows the fixture's volume by its ID, beside an ID that shows nothing: without both, what is refused
// says nothing.
func shownByID(ctx context.Context, t *conformance.Trial) (*volumes.Volume, error) {
	const keep = 2 * time.Second
	id := t.Fixture().Volume
	if err := t.Needs("volume", id); err != nil {
		return nil, err
	}
	return conformance.Shared(t, "shown by its ID", keep, func() (*volumes.Volume, error) {
		v, err := t.Show(ctx, id)
		if err != nil {
			return nil, err
		}
		e, err := t.Send(ctx, conformance.Request{
			Operation: conformance.ShowVolume, Pair: conformance.Pair{Volume: t.UnusedID()}, Expect: conformance.ExpectRefused, About: "an unknown volume",
		})
		if err == nil && !e.Refused() {
			err = conformance.ShownBy(e, conformance.CannotJudge(conformance.CodeNoDistinction,
				"an unknown volume is answered %s, so nothing that is refused shows anything", conformance.StatusText(e.Status)))
		}
		return v, err
	})
}

// showsNothing sends a GET to a path that shows no volume.
func showsNothing(ctx context.Context, t *conformance.Trial, path, about string, clause conformance.Clause) error {
	e, err := t.Send(ctx, conformance.Request{Method: http.MethodGet, Path: path, Expect: conformance.ExpectOutside, About: about})
	if err != nil {
		return err
	}
	var shown volumes.Volume
	switch {
	case e.Status == http.StatusOK && json.Unmarshal(e.Body, &shown) == nil && shown.ID != "":
		return conformance.ShownBy(e, conformance.Broken(clause, conformance.CodeAccepted, "%s (%s) shows volume %.60s", e, e.About, shown.ID))
	case e.Status/100 == 2:
		return t.LeaveTo(conformance.ShownBy(e, conformance.Broken(pathUnknown, conformance.CodeAccepted,
			"%s (%s) was answered %s; it has to be refused", e, e.About, conformance.StatusText(e.Status))))
	case e.Status/100 == 3:
		return t.LeaveTo(redirected(e))
	case e.Status/100 == 5 && e.Status != http.StatusNotImplemented:
		return t.LeaveTo(wrongStatus(e))
	}
	return nil
}
