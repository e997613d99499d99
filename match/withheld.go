package match

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"net/url"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/fingerprint/code"
)

// holdings says which snapshots hold the rows that were linked.
type holdings struct {
	keys   []fingerprint.RowKey
	at     []int64  // when a row was first seen, 0 when unknown
	in     []uint64 // bit i: snapshot i holds the row
	number map[string]int
	counts map[uint64]int // sets of snapshots -> linked rows that any of them holds
	share  float64        // linked rows, of the snapshot that has the largest part of its rows among them
}

// maxSnapshots is how many snapshots holdings tell apart; rows of older ones
// count as received by nobody.
const maxSnapshots = 64

func hold(ctx context.Context, s *dataset, o *observed) (*holdings, error) {
	h := &holdings{number: map[string]int{}, counts: map[uint64]int{}}
	at := map[fingerprint.RowKey]int{}
	for _, v := range sortedKeys(o.Layers) {
		for i, k := range o.Layers[v].Keys {
			if _, ok := at[k]; !ok {
				at[k] = len(h.keys)
				h.keys, h.at = append(h.keys, k), append(h.at, o.Layers[v].At[i])
			}
		}
	}
	h.in = make([]uint64, len(h.keys))
	for _, l := range s.layers {
		for _, snap := range l.snapshots {
			if n := len(h.number); n < maxSnapshots {
				h.number[snap.id] = n
				if err := h.mark(ctx, snap, at, n); err != nil {
					return nil, fmt.Errorf("snapshot %s: %w", snap.id, err)
				}
			}
		}
	}
	return h, nil
}

func (h *holdings) mark(ctx context.Context, snap *snapshot, at map[fingerprint.RowKey]int, number int) error {
	held := 0
	if len(at) == 0 || snap.rows == 0 {
		return nil
	}
	err := snap.eachKey(ctx, func(k fingerprint.RowKey) {
		if i, ok := at[k]; ok {
			h.in[i] |= 1 << number
			held++
		}
	})
	h.share = max(h.share, float64(held)/float64(snap.rows))
	return err
}

// coverage lists the candidate's exports that hold the most linked rows, and
// the share of the linked rows that all of them together hold. An export that
// holds none is listed only when there is no linked row at all.
func (h *holdings) coverage(c Candidate) (exports []string, share float64) {
	best, union := 0, uint64(0)
	counts := make([]int, len(c.Exports))
	for i, e := range c.Exports {
		if n, ok := h.number[e.Snapshot]; ok {
			union |= 1 << n
			counts[i] = h.held(1 << n)
			best = max(best, counts[i])
		}
	}
	for i, e := range c.Exports {
		if counts[i] == best {
			exports = append(exports, e.ID)
		}
	}
	if len(h.keys) == 0 {
		return exports, 0
	}
	return exports, float64(h.held(union)) / float64(len(h.keys))
}

// held counts the linked rows that any of the snapshots holds.
func (h *holdings) held(snapshots uint64) int {
	if n, ok := h.counts[snapshots]; ok {
		return n
	}
	n := 0
	for _, in := range h.in {
		if in&snapshots != 0 {
			n++
		}
	}
	h.counts[snapshots] = n
	return n
}

// withheldEvidence is the weight of rows that were, or were not, left out of
// the candidates' copies.
type withheldEvidence struct{ weights map[int]Weight }

func (*withheldEvidence) Source() string             { return SourceWithheld }
func (w *withheldEvidence) Weigh(k Candidate) Weight { return w.weights[k.Number] }

// maxWithheldRows is how many linked rows are weighed; of more, a sample that
// their keys draw. Leaving rows out is always valid.
const maxWithheldRows = 200_000

func (d *decision) weighWithheld(ctx context.Context, s *dataset, h *holdings, candidates []Candidate) (Evidence, error) {
	out := &withheldEvidence{weights: map[int]Weight{}}
	w := &withheldWeigher{dataset: s, held: h, rows: h.sample(maxWithheldRows), covered: map[*family][]float64{}}
	w.number(candidates)
	weights := make([]Weight, len(candidates))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, c := range candidates {
		if !withholds(c) {
			continue
		}
		g.Go(func() error {
			if ctx.Err() == nil {
				weights[i] = w.weighFamilies(c)
			}
			return ctx.Err()
		})
	}
	err := g.Wait()
	for i, c := range candidates {
		out.weights[c.Number] = weights[i]
	}
	return out, err
}

func withholds(c Candidate) bool {
	for _, e := range c.Exports {
		if e.WithholdRate > 0 || len(e.Cover) > 0 {
			return true
		}
	}
	return false
}

// sample returns the numbers of at most about n rows.
func (h *holdings) sample(n int) []int {
	limit := uint64(math.MaxUint64)
	if len(h.keys) > n {
		limit = uint64(float64(math.MaxUint64) * float64(n) / float64(len(h.keys)))
	}
	var rows []int
	for i, k := range h.keys {
		if binary.LittleEndian.Uint64(k[8:]) <= limit {
			rows = append(rows, i)
		}
	}
	return rows
}

// withheldWeigher weighs the linked rows for one candidate after the other.
type withheldWeigher struct {
	dataset *dataset
	held    *holdings
	rows    []int                 // those that are weighed
	covered map[*family][]float64 // number of each of rows that decides whether it covers canaries
}

// number draws what the covers of the candidates' exports make of the rows.
func (w *withheldWeigher) number(candidates []Candidate) {
	for _, c := range candidates {
		for _, e := range c.Exports {
			f, cover := w.dataset.familyOf(e.Scheme), w.dataset.covers[e.ID]
			if cover == nil || w.covered[f] != nil {
				continue
			}
			numbers := make([]float64, len(w.rows))
			for n, i := range w.rows {
				numbers[n] = cover.Number(w.held.keys[i])
			}
			w.covered[f] = numbers
		}
	}
}

// weighFamilies weighs a candidate's copies by family: one copy suffices to be
// a source, so that several are weighed by the mean.
func (w *withheldWeigher) weighFamilies(c Candidate) (best Weight) {
	var logs []float64
	parts, of := w.dataset.byFamily(c)
	for i, part := range parts {
		if !withholds(part) {
			continue
		}
		one := w.weigh(part, of[i])
		logs = append(logs, one.LogE)
		if len(logs) == 1 || one.LogE > best.LogE {
			best = one
		}
	}
	best.LogE = logMeanOf(logs)
	return best
}

// weigh counts rows, see code.WithheldLogE. A row counts for a candidate when
// one of the candidate's exports would have held it: at the lowest rate of
// those exports, since what is withheld at one rate is withheld at every
// higher one.
func (w *withheldWeigher) weigh(c Candidate, f *family) Weight {
	var counts []code.Withheld
	withheld, copies := fingerprint.NewWithholding(w.dataset.name, c.Recipient, f.steady), w.copiesOf(c)
	n, missing, expected := int64(0), 0.0, 0.0
	for at, i := range w.rows {
		covered := 0.0
		if list := w.covered[f]; list != nil {
			covered = list[at]
		}
		q := w.held.rate(copies, i, covered)
		if q <= 0 || q >= 1 {
			continue
		}
		at := slices.IndexFunc(counts, func(x code.Withheld) bool { return x.Rate == q })
		if at < 0 {
			at = len(counts)
			counts = append(counts, code.Withheld{Rate: q})
		}
		n++
		expected += q
		if withheld.Withheld(w.held.keys[i], q) {
			counts[at].Missing++
			missing++
		} else {
			counts[at].Present++
		}
	}
	if n == 0 {
		return Weight{}
	}
	return Weight{LogE: code.WithheldLogE(counts, nil), N: n, Share: max(1e-3, 1-missing/expected)}
}

// heldCopy is an export as far as it tells which rows it was to hold.
type heldCopy struct {
	in     uint64 // bit of its snapshot; 0 where that is not known any more
	issued int64
	rate   float64
	cover  *canary.Cover
}

func (c heldCopy) rateOf(covered float64) float64 { return max(c.rate, c.cover.RateAt(covered)) }

func (w *withheldWeigher) copiesOf(c Candidate) (out []heldCopy) {
	for _, e := range c.Exports {
		x := heldCopy{issued: e.IssuedAt.Unix(), rate: e.WithholdRate, cover: w.dataset.covers[e.ID]}
		if n, ok := w.held.number[e.Snapshot]; ok {
			x.in = 1 << n
		}
		out = append(out, x)
	}
	return out
}

// rate is the lowest rate of the copies that hold row i and had been issued
// when it was seen; -1 when there is none. Of copies that are retired, or older
// than holdings reach, nobody knows what they held: if another has the row, they
// may have had it.
func (h *holdings) rate(copies []heldCopy, i int, covered float64) float64 {
	rate, lost := -1.0, 1.0
	for _, c := range copies {
		if h.at[i] != 0 && c.issued > h.at[i] {
			continue
		}
		switch q := c.rateOf(covered); {
		case c.in == 0:
			lost = min(lost, q)
		case h.in[i]&c.in != 0 && (rate < 0 || q < rate):
			rate = q
		}
	}
	return min(rate, lost)
}

// loadCovers takes up which rows exports hold with another chance than others.
func (d *dataset) loadCovers() error {
	d.covers = map[string]*canary.Cover{}
	for _, e := range d.exports {
		f := d.familyOf(e.Scheme)
		if len(e.Cover) == 0 || f == nil {
			continue
		}
		c, err := canary.ReadCover(f.steady.Derive("cover/"+url.PathEscape(d.name)), e.Cover)
		if err != nil {
			return fmt.Errorf("export %s: %w", e.ID, err)
		}
		d.covers[e.ID] = c
	}
	return nil
}
