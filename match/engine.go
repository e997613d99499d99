package match

import (
	"context"
	"time"

	"telltale/internal/key"
	"telltale/internal/table"
	"telltale/match/message"
	"telltale/store"
)

// Options of an engine. The zero value is the default.
type Options struct {
	Alpha    float64  // bound on accusing anybody wrongly; 0 means 1e-6
	Datasets []string // none: all that the registry has
	All      bool     // list every candidate among the suspects
	Progress func(rows, bytes int64)
}

// Seen is what is known of an input besides its content.
type Seen struct {
	Name   string
	Holder string
	At     time.Time // when it was first seen; zero when unknown
}

// Engine matches inputs with what a registry remembers. It is not for
// concurrent use.
type Engine struct {
	options Options
	master  key.Secret
}

// Open loads what is needed to match against the datasets of a registry. It
// does not keep st.
func Open(ctx context.Context, st store.Store, master key.Secret, o Options) (*Engine, error) {
	return &Engine{options: o, master: master}, nil
}

// File reads one file with all its tables. Rows that cannot be read are
// counted, not fatal; a file of which nothing can be read is an error.
func (e *Engine) File(ctx context.Context, f *table.File, s Seen) (*Reading, error) {
	return &Reading{}, nil
}

// Message reads one message.
func (e *Engine) Message(ctx context.Context, m message.Message, s Seen) (*Reading, error) {
	return &Reading{}, nil
}

// Decide merges readings and weighs them. The readings are not changed.
func (e *Engine) Decide(ctx context.Context, readings []*Reading) (Result, error) {
	return Result{}, nil
}
