package match

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"telltale/canary"
	"telltale/canary/recognise"
	"telltale/internal/identity"
	"telltale/internal/table"
)

// Text searches the bytes of a file for canaries while its tables are read:
//
//	text := e.Text(ctx)
//	f, err := table.Open(name, table.Options{Watch: text.Watch})
//	r, err := e.File(ctx, f, match.Seen{Text: text})
//
// So free text, digests and files without any table are searched too.
type Text struct {
	ctx      context.Context
	indexes  []*textIndex
	reports  []*recognise.Report // by index
	err      error
	searched int64
}

// textIndex is the canaries of the datasets of one locale, and the numbers that
// stand for persons, which follow those of their dataset.
type textIndex struct {
	index *recognise.Index
	of    []textCanary // by number in the index

	datasets []*dataset
}

type textCanary struct {
	dataset *dataset
	planted int
}

// Text begins a search. It is for one file.
func (e *Engine) Text(ctx context.Context) *Text {
	if e.texts == nil {
		e.texts = e.textIndexes()
	}
	t := &Text{ctx: ctx, indexes: e.texts}
	for range t.indexes {
		t.reports = append(t.reports, &recognise.Report{Tried: map[identity.Kind]int64{}})
	}
	return t
}

func (e *Engine) textIndexes() []*textIndex {
	byLocale := map[string][]*dataset{}
	for _, d := range e.datasets {
		if len(d.planted) > 0 || d.book != nil || d.numbers != nil {
			byLocale[d.locale] = append(byLocale[d.locale], d)
		}
	}
	out := []*textIndex{}
	for _, locale := range sortedKeys(byLocale) {
		x := &textIndex{datasets: byLocale[locale]}
		var list []canary.Planted
		var domains, relays []string
		for _, d := range byLocale[locale] {
			domains = append(domains, d.domains...)
			if d.book != nil {
				relays = append(relays, d.book.domains...)
			}
			for i, p := range d.planted {
				list = append(list, canary.Planted{Export: p.exports[0], Canary: p.canary})
				x.of = append(x.of, textCanary{d, i})
			}
			for i, number := range d.numbers.asCanaries() {
				list = append(list, number)
				x.of = append(x.of, textCanary{d, len(d.planted) + i})
			}
		}
		x.index = recognise.New(list, recognise.Options{Locale: locale, Domains: domains, Controls: anyControls(byLocale[locale]), Relays: relays})
		out = append(out, x)
	}
	return out
}

// anyControls asks the controls of several datasets.
func anyControls(datasets []*dataset) recognise.Controls {
	return func(k identity.Kind, v string) bool {
		for _, d := range datasets {
			if d.controls != nil && d.controls.Has(k, v) {
				return true
			}
		}
		return false
	}
}

// Watch is for table.Options.Watch.
func (t *Text) Watch(string) io.WriteCloser {
	n := len(t.indexes)
	f := &feed{text: t, done: make(chan struct{}, n), results: make([]*recognise.Report, n), errs: make([]error, n)}
	for i, x := range t.indexes {
		r, w := io.Pipe()
		f.pipes = append(f.pipes, w)
		go func() {
			f.results[i], f.errs[i] = x.index.Scan(t.ctx, r)
			r.CloseWithError(f.errs[i])
			f.done <- struct{}{}
		}()
	}
	return f
}

// feed hands one stream to all indexes.
type feed struct {
	text    *Text
	pipes   []*io.PipeWriter
	done    chan struct{}
	results []*recognise.Report
	errs    []error
}

func (f *feed) Write(p []byte) (int, error) {
	f.text.searched += int64(len(p))
	for _, w := range f.pipes {
		if _, err := w.Write(p); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// Close waits for the search to end.
func (f *feed) Close() error {
	for _, w := range f.pipes {
		w.Close()
	}
	for range f.pipes {
		<-f.done
	}
	for i, r := range f.results {
		f.text.reports[i].Merge(r)
		if f.text.err == nil {
			f.text.err = f.errs[i]
		}
	}
	return nil
}

// take adds what was found to the reading.
func (t *Text) take(e *Engine, r *Reading) {
	hasher := e.master.Derive("canary-lookup").Hasher()
	for i, x := range t.indexes {
		report := t.reports[i]
		for k, n := range report.Tried {
			r.tried[string(k)] = max(r.tried[string(k)], n)
		}
		r.skipped += report.Skipped
		for _, address := range report.Relayed {
			e.unalias(r, address)
		}
		for _, s := range report.Sights {
			c := x.of[s.Planted]
			if at := c.planted - len(c.dataset.planted); at >= 0 {
				r.dialled(c.dataset, at)
				continue
			}
			r.observed(c.dataset.name).read(c.dataset.planted[c.planted].id, textSight{string(s.Kind), s.Bits, s.Matched, s.Form, s.Inside})
		}
		for _, c := range report.Controls {
			for _, d := range x.datasets {
				if d.controls != nil && d.controls.Has(c.Kind, c.Value) {
					r.observed(d.name).control(hasher, c.Kind, c.Value)
				}
			}
		}
	}
}

// textSight is the best that text shows of a canary by identities of a kind.
type textSight struct {
	Kind    string
	Bits    float64
	Matched []int
	Form    string // see recognise.Sight
	Inside  string
}

func (t textSight) sighted() sighted {
	return sighted{Bits: t.Bits, Matched: t.Matched, Form: t.Form, Inside: t.Inside}
}

// read notes a sight in text.
func (o *observed) read(id sightedID, s textSight) {
	if o.Text == nil {
		o.Text = map[sightedID][]textSight{}
	}
	for i, was := range o.Text[id] {
		if was.Kind == s.Kind {
			if s.Bits > was.Bits {
				o.Text[id][i] = s
			}
			return
		}
	}
	o.Text[id] = append(o.Text[id], s)
}

// fromText is a sight in text as one of a row is, with its null probability: so
// many values of the kind as the text holds were tried. The number of kinds is
// the number of ways to be seen.
func (p *planted) fromText(sights []textSight, tried map[string]int64) (best sighted, ok bool) {
	for _, t := range sights {
		s := t.sighted()
		s.chance = p.null(s, float64(max(1, tried[t.Kind])))
		if !ok || s.chance < best.chance {
			best, ok = s, true
		}
	}
	return best, ok
}

// readAsText is the format of an input in which no table was found.
const readAsText = "text"

// asText describes an input without a table.
func (in *Input) asText(passed []table.Passed) {
	in.Format = readAsText
	for _, p := range passed {
		if errors.Is(p.Err, table.ErrForeign) {
			in.Unreadable++
			in.Problem = cmp.Or(in.Problem, p.Err.Error()+"; only its bytes were searched for canaries")
		}
	}
}

// noteIrregular says that links and devices of an archive were passed over. They
// hold no data there: what was read is complete.
func (in *Input) noteIrregular(n int, first []string) {
	if n == 0 {
		return
	}
	more := ""
	if n > len(first) {
		more = fmt.Sprintf(" and %d more", n-len(first))
	}
	note := fmt.Sprintf("entries that are no regular files and were not read: %d: %s%s", n, strings.Join(first, ", "), more)
	in.Problem = strings.TrimPrefix(in.Problem+"; "+note, "; ")
}

// oneColumn reports whether a table may as well be lines of text.
func oneColumn(s table.Schema) bool { return s.Format == table.CSV && len(s.Columns) <= 1 }
