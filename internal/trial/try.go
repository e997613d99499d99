package trial

import (
	"bytes"
	"context"
	"math"
	"slices"

	"telltale/internal/attack"
	"telltale/internal/table"
	"telltale/match"
)

// Outcome is what the matcher said of one leak.
type Outcome struct {
	Verdict  match.Verdict
	Rows     int // of the leak
	Linked   int64
	Marks    int64 // distinct sites read
	Canaries int
	Named    int      // sources that were accused
	Wrong    []string // accused who are no source: must never happen
	// Innocent is the largest log10 E among candidates who are no source,
	// -Inf without any; LogE holds the natural logarithms of all of theirs.
	Innocent float64
	LogE     []float64
}

// Try gives a leak to the matcher. sources are the numbers of the copies that
// are in it, none for a leak that has nothing to do with any copy.
func (w *World) Try(ctx context.Context, leak attack.Table, d attack.Dialect, sources ...int) (Outcome, error) {
	var text bytes.Buffer
	if err := leak.Write(&text, d); err != nil {
		return Outcome{}, err
	}
	out, err := w.TryBytes(ctx, text.Bytes(), sources...)
	out.Rows = len(leak.Rows)
	return out, err
}

// TryBytes is Try for a file as it stands.
func (w *World) TryBytes(ctx context.Context, text []byte, sources ...int) (out Outcome, err error) {
	f, err := table.NewFile("leak", bytes.NewReader(text), table.Options{})
	if err != nil {
		return out, err
	}
	defer f.Close()
	err = w.with(func(e *match.Engine) error {
		reading, err := e.File(ctx, f, match.Seen{Name: "leak"})
		if err != nil {
			return err
		}
		result, err := e.Decide(ctx, []*match.Reading{reading})
		out = judge(result, sources)
		return err
	})
	return out, err
}

// judge compares a decision with the truth.
func judge(r match.Result, sources []int) Outcome {
	out := Outcome{Verdict: r.Verdict, Linked: r.RowsLinked, Marks: r.MarksRead, Canaries: r.CanaryHits, Innocent: math.Inf(-1)}
	var guilty []string
	for _, s := range sources {
		guilty = append(guilty, recipientName(s))
	}
	for _, s := range r.Suspects {
		switch source := slices.Contains(guilty, s.Recipient); {
		case source && s.Accused:
			out.Named++
		case source:
		default:
			out.LogE = append(out.LogE, s.LogE)
			out.Innocent = max(out.Innocent, s.Log10LR)
			if s.Accused {
				out.Wrong = append(out.Wrong, s.Recipient)
			}
		}
	}
	return out
}
