package conformance

import (
	"cmp"
	"context"
	"hash/fnv"
	"net/http"
	"slices"

	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// turn is the version whose turn it is with the seed of the run.
func (r *runner) turn() lifecycle.ID {
	callable := r.callable()
	return callable[r.Seed%uint64(len(callable))].ID
}

// callable are the versions of the run that have not ended, or all where all have.
func (r *runner) callable() []gen.Client {
	standings := r.Table.At(r.Day)
	callable := slices.DeleteFunc(slices.Clone(r.Clients), func(c gen.Client) bool {
		standing, known := standings.Of(c.ID)
		return !known || standing.State == lifecycle.Ended || standing.State == lifecycle.Planned
	})
	if len(callable) == 0 {
		return r.Clients
	}
	return callable
}

// movesRarely is how many nights a sample of a live endpoint takes to ask all cases that move volumes several
// times: there each move takes seconds or minutes.
const movesRarely = 4

// movesToday reports whether a case that rotates and moves volumes is asked with the seed of the run.
func (r *runner) movesToday(c Case) bool {
	movers := 0
	for _, other := range r.Cases {
		if other.Rotates && other.Harm >= HarmDetaches {
			movers++
		}
	}
	if !r.Live || c.Harm < HarmDetaches || movers < movesRarely { // a person named those few
		return true
	}
	hash := fnv.New32a()
	hash.Write([]byte(c.ID))
	night := r.Seed / uint64(len(r.callable()))
	return uint64(hash.Sum32())%movesRarely == night%movesRarely
}

// clientOf is the client of a version.
func (r *runner) clientOf(id lifecycle.ID) gen.Client {
	for _, client := range gen.Clients() {
		if client.ID == id {
			return client
		}
	}
	return gen.Client{}
}

// speaker is the version of the run that cases about the endpoint as a whole are asked with: the newest of
// those furthest from their end.
func (r *runner) speaker() lifecycle.ID {
	standings := r.Table.At(r.Day)
	rank := func(client gen.Client) int {
		switch standing, _ := standings.Of(client.ID); standing.State {
		case lifecycle.Planned:
			return 0
		case lifecycle.Current, lifecycle.Supported, lifecycle.Deprecated:
			return 2
		}
		return 1
	}
	return slices.MaxFunc(r.Clients, func(a, b gen.Client) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), a.ID.Compare(b.ID))
	}).ID
}

// newest is the newest version with a client that can be called on the day judged. An endpoint may be on a
// newer one still.
func (r *runner) newest() (lifecycle.ID, error) {
	var withClient []lifecycle.ID
	for _, client := range gen.Clients() {
		withClient = append(withClient, client.ID)
	}
	standings := r.Table.At(r.Day)
	if recommended, ok := standings.RecommendedAmong(withClient...); ok {
		return recommended.ID, nil
	}
	for _, standing := range slices.Backward(standings) {
		if standing.State != lifecycle.Planned && slices.Contains(withClient, standing.ID) {
			return standing.ID, nil
		}
	}
	return lifecycle.ID{}, Skipped("no version with a client can be called on %s, so there is none to compare with", r.Day)
}

// Answered reports whether the endpoint answers the version: whether it shows a volume in it that it shows
// in the newest. The exchange is the answer in the version.
func (t *Trial) Answered(ctx context.Context) (exchange Exchange, answered bool, err error) {
	volume := t.fixture.Volume
	if err := t.Needs("volume", volume); err != nil {
		return exchange, false, err
	}
	newest, err := t.Newest()
	if err != nil {
		return exchange, false, err
	}
	ask := Request{Operation: ShowVolume, Pair: Pair{Volume: volume}, Expect: ExpectShown, About: "a volume of the fixture", By: newest}
	control, err := t.Send(ctx, ask)
	if err != nil {
		return exchange, false, err
	}
	if control.Status != http.StatusOK {
		return exchange, false, ShownBy(control, CannotJudge(CodeSetup, "showing volume %s in version %s was answered %s", volume, newest, StatusText(control.Status)))
	}
	ask.By, ask.Expect = t.client.ID, ""
	exchange, err = t.Send(ctx, ask)
	if err != nil {
		return exchange, false, err
	}
	if exchange.Overloaded() {
		return exchange, false, ShownBy(exchange, CannotJudge(CodeUnavailable, "showing volume %s was answered %s", volume, StatusText(exchange.Status)))
	}
	return exchange, exchange.Status == http.StatusOK, nil
}
