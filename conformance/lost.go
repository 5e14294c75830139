package conformance

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"

	"github.com/scp-openapi/virtualserver/gen/volumes"
)

// changes reports whether a request attaches or detaches a volume, should it be accepted.
func (r Request) changes() bool {
	return (r.Operation == Detach || r.Operation == Attach) && r.Path == ""
}

// mayChange reports whether a request may rightly have changed something, should its answer be lost.
func (r Request) mayChange() bool {
	return r.changes() && (r.Expect == ExpectAccepted || r.Expect == "")
}

// brokeOff reports whether the answer to a request that changes nothing broke off.
func (r Request) brokeOff(answer Exchange) bool {
	return answer.Err != "" && !answer.CutOff() && !r.mayChange()
}

// unanswered is the finding that no answer came.
func (t *Trial) unanswered(ctx context.Context, r Request, exchange Exchange, wire *recorder, err error) error {
	if ctx.Err() != nil {
		return stopped(ctx)
	}
	p := problemf(Inconclusive, CodeNoAnswer, "%s got no answer: %w", exchange, root(err))
	p.unanswered, p.dialed = true, err
	p.Exchange = &exchange
	if r.mayChange() && !wire.unconnected.Load() {
		p.inDoubt = true
		if err := t.doubt(ctx, r.Pair); err != nil {
			return err
		}
	}
	return p
}

// resends reports whether a request that err left without an answer is sent again: one that was not sent after
// all, or that changes nothing.
func (t *Trial) resends(ctx context.Context, r Request, err error, try int) bool {
	p, ok := errors.AsType[*problem](err)
	return ok && p.unanswered && !p.inDoubt && !r.Once && ctx.Err() == nil && passes(err, try)
}

// passes reports whether a request that failed so may get an answer when it is sent again. What was too late once
// is asked for once more, and what is not a matter of the network is not.
func passes(err error, try int) bool {
	var unknown *net.DNSError
	var late net.Error
	var op *net.OpError
	switch {
	case errors.Is(err, errSwitched):
		return false
	case errors.As(err, new(x509.UnknownAuthorityError)), errors.As(err, new(x509.HostnameError)), errors.As(err, new(x509.CertificateInvalidError)):
		return false
	case errors.As(err, &unknown) && unknown.IsNotFound, errors.As(err, &op) && op.Op == tlsAlert:
		return false
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &late) && late.Timeout():
		return try < 1
	}
	return true
}

// doubt forgets where a volume is: a request that changes that may have been carried out or not, or may be yet.
func (t *Trial) doubt(ctx context.Context, p Pair) error {
	t.run.pending.looked(p, false)
	t.fixture.attachments.unsure(p)
	return t.pause(ctx, min(confirm, t.run.Settle))
}

// setUp sends an attach or a detach that a case needs, and does not judge. Where the answer is lost, the volume
// shows whether it was carried out.
func (t *Trial) setUp(ctx context.Context, r Request) error {
	attach := r.Operation == Attach
	for try := 0; ; try++ {
		exchange, err := t.SendBusy(ctx, r)
		switch {
		case err == nil && exchange.Status == http.StatusAccepted:
			return nil
		case errors.Is(err, errUnseen): // which is as good, as it is set-up
			t.run.pending.put(r.Pair, attach, t.askedWith(r))
			return nil
		case err == nil && attach:
			return ShownBy(exchange, CannotJudge(CodeSetup, "set-up: attaching volume %s was answered %s", r.Pair.Volume, StatusText(exchange.Status)))
		case err == nil:
			return ShownBy(exchange, CannotJudge(CodeSetup, "set-up: the detach of volume %s was answered %s", r.Pair.Volume, StatusText(exchange.Status)))
		case !inDoubt(err) || try == repeats:
			return err
		}
		under := func(v *volumes.Volume) bool { return Moving(v) || AttachedTo(v, r.Pair.Server) == attach }
		shown, showErr := t.Show(ctx, r.Pair.Volume)
		if showErr != nil {
			return err
		}
		if under(shown) {
			t.run.pending.put(r.Pair, attach, t.askedWith(r))
			return nil
		}
	}
}

// inDoubt reports whether a change may have been carried out or not.
func inDoubt(err error) bool {
	p, ok := errors.AsType[*problem](err)
	return ok && p.inDoubt
}
