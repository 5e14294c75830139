package cases

import (
	"context"
	"mime"
	"net/http"

	"github.com/scp-openapi/virtualserver/conformance"
)

// sameRefusal compares a request of unused IDs in the version with the same request in the newest one. How a
// refusal is written is documented nowhere: another code or media type is noted.
func sameRefusal(about string, change func(*conformance.Trial, *http.Request)) func(context.Context, *conformance.Trial) error {
	return func(ctx context.Context, t *conformance.Trial) error {
		newest, err := t.Newest()
		if err != nil {
			return err
		}
		if newest == t.Version() {
			return conformance.NotApplicable("it is the newest version, with which the others are compared")
		}
		if _, err := distinguishing(ctx, t); err != nil {
			return err
		}
		here := conformance.Request{Pair: t.Unused(), About: about, Expect: conformance.ExpectRefused}
		if change != nil {
			here.Expect = conformance.ExpectUnauthorized
			here.Change = func(req *http.Request) { change(t, req) }
		}
		there := here
		there.By, there.Pair = newest, t.Unused()
		difference, err := compare(ctx, t, there, here)
		switch {
		case err != nil:
			return err
		case difference.status:
			return difference.broken(versionSame, "%s is answered %s in version %s, and %s in version %s", about,
				conformance.StatusText(difference.one.Status), newest, conformance.StatusText(difference.other.Status), t.Version())
		case difference.code:
			t.Note("%s is refused with the code %q in version %s, and with %q in version %s", about,
				conformance.ErrorCode(difference.one.Body), newest, conformance.ErrorCode(difference.other.Body), t.Version())
		case difference.media:
			t.Note("%s is refused in %q in version %s, and in %q in version %s", about,
				mediaType(difference.one), newest, mediaType(difference.other), t.Version())
		}
		return nil
	}
}

// difference is how the answers to two requests differ.
type difference struct {
	one, other          conformance.Exchange
	status, code, media bool
}

func (d difference) broken(clause conformance.Clause, format string, args ...any) error {
	return conformance.ShownBy(d.other, conformance.Broken(clause, conformance.CodeVersionsDiffer, format, args...))
}

// compare sends two requests that should get the same answer. A difference counts only if it is the same
// one each time: an endpoint whose answers vary by themselves shows none.
func compare(ctx context.Context, t *conformance.Trial, one, other conformance.Request) (difference, error) {
	const times = 3
	first, err := compareOnce(ctx, t, one, other)
	for range times - 1 {
		if err != nil || !first.status && !first.code && !first.media {
			break
		}
		var again difference
		again, err = compareOnce(ctx, t, one, other)
		first.status = first.status && again.status && again.other.Status == first.other.Status
		first.code = first.code && again.code && conformance.ErrorCode(again.other.Body) == conformance.ErrorCode(first.other.Body)
		first.media = first.media && again.media
	}
	return first, err
}

func compareOnce(ctx context.Context, t *conformance.Trial, one, other conformance.Request) (d difference, err error) {
	if d.one, err = t.Send(ctx, one); err != nil {
		return d, err
	}
	if d.other, err = t.Send(ctx, other); err != nil {
		return d, err
	}
	d.status = d.one.Status != d.other.Status
	d.code = conformance.ErrorCode(d.one.Body) != conformance.ErrorCode(d.other.Body)
	d.media = mediaType(d.one) != mediaType(d.other)
	return d, nil
}

// mediaType is the media type of an answer without its parameters.
func mediaType(e conformance.Exchange) string {
	media, _, err := mime.ParseMediaType(e.ResponseHeader.Get("Content-Type"))
	if err != nil {
		return e.ResponseHeader.Get("Content-Type")
	}
	return media
}
