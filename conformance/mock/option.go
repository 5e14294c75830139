package mock

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// Option changes how New sets up a mock.
type Option func(*config)

type config struct {
	documents   *openapi.Set
	now         func() time.Time
	day         func() lifecycle.Date
	delay       time.Duration
	refuseEnded bool
	world       World
	table       lifecycle.Table
	newer       bool // see WithNewerVersions
	hooks       []hooks
	log         *slog.Logger
	err         error // of an option's value
}

// configure applies options to the defaults.
func configure(opts []Option) (*config, error) {
	documents, err := openapi.Load()
	if err != nil {
		return nil, err
	}
	c := &config{documents: documents, now: time.Now, world: DefaultWorld(), table: gen.Table()}
	for i, opt := range opts {
		if opt == nil {
			return nil, fmt.Errorf("option %d is nil", i)
		}
		opt(c)
	}
	switch {
	case c.err != nil:
		return nil, c.err
	case c.documents == nil:
		return nil, errors.New("WithDocuments: the set is nil")
	case c.now == nil:
		return nil, errors.New("WithClock: the clock is nil")
	case c.delay < 0:
		return nil, fmt.Errorf("WithDelay: %s is negative", c.delay)
	}
	if c.newer {
		c.table = withNewer(c.table)
	}
	if c.day == nil {
		c.day = func() lifecycle.Date { return lifecycle.On(c.now()) }
	}
	return c, nil
}

// WithDocuments serves other documents than the embedded ones.
func WithDocuments(set *openapi.Set) Option {
	return func(c *config) { c.documents = set }
}

// WithClock takes the time from now instead of time.Now: for checking timestamps, and for when attaching
// and detaching are done.
func WithClock(now func() time.Time) Option {
	return func(c *config) { c.now = now }
}

// WithDay labels the versions as of a day instead of the clock's. It moves no clock.
func WithDay(day lifecycle.Date) Option {
	return func(c *config) { c.day = func() lifecycle.Date { return day } }
}

// WithTable lists the versions of a table instead of the documents'. The mock answers the versions that
// have a document and are not PLANNED in the table.
func WithTable(table lifecycle.Table) Option {
	return func(c *config) { c.table = table }
}

// WithDelay sets how long attaching and detaching take after they were accepted. The default is 0.
func WithDelay(delay time.Duration) Option {
	return func(c *config) { c.delay = delay }
}

// WithWorld starts with other volumes and servers than DefaultWorld.
func WithWorld(world World) Option {
	return func(c *config) { c.world = world.clone() }
}

// RefuseEnded refuses a version from its date on. By default an ended version still answers, as the date
// promises a minimum only.
func RefuseEnded() Option {
	return func(c *config) { c.refuseEnded = true }
}

// WithDefect breaks the mock in one way. The zero Defect breaks nothing. Several defects add up.
func WithDefect(d Defect) Option {
	return func(c *config) { c.hooks = addHooks(c.hooks, d.asHooks()) }
}

// WithLog logs every request: method, path, version, status, and the reason of a refusal. It logs no
// query, header or body, so neither secrets nor signatures.
func WithLog(log *slog.Logger) Option {
	return func(c *config) { c.log = log }
}

// withHooks adds hooks under a name. They replace those of the same name, so that the last of several
// options wins.
func withHooks(name string, h hooks) Option {
	h.name = name
	return func(c *config) { c.hooks = addHooks(c.hooks, h) }
}

func addHooks(list []hooks, h hooks) []hooks {
	i := slices.IndexFunc(list, func(other hooks) bool { return other.name == h.name && other.defect == h.defect })
	if i < 0 {
		return append(list, h)
	}
	list[i] = h
	return list
}
