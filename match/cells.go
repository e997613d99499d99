package match

import (
	"context"
	"fmt"
	"math"
	"slices"

	"telltale/fingerprint"
	"telltale/fingerprint/code"
)

// cellEvidence is the weight of the marks, per candidate.
type cellEvidence struct{ weights map[int]Weight }

func (*cellEvidence) Source() string             { return SourceCells }
func (c *cellEvidence) Weigh(k Candidate) Weight { return c.weights[k.Number] }

// weighCells decodes the symbols read, once for each way in which copies were
// marked: a version of the scheme, and a density. Who got copies of several
// ways is weighed by the mean, as one copy suffices to be a source.
func (d *decision) weighCells(ctx context.Context, s *dataset, o *observed, candidates []Candidate) (Evidence, error) {
	out := &cellEvidence{weights: map[int]Weight{}}
	logs := map[int][]float64{}
	for _, l := range s.layers {
		read := o.Layers[l.version]
		if read == nil {
			continue
		}
		sites, reads := d.sturdy(l, read)
		d.result.MarksRead += int64(len(sites))
		d.missing(l, reads)
		for _, t := range l.thresholds(candidates) {
			r, members, err := d.decode(ctx, l, t, sites, reads, candidates)
			if err != nil {
				return nil, err
			}
			for i, c := range members {
				score := r.Scores[i]
				logs[c.Number] = append(logs[c.Number], score.LogE)
				if w := out.weights[c.Number]; w.N == 0 || score.LogE > w.LogE {
					out.weights[c.Number] = Weight{LogE: score.LogE, N: int64(score.Reads), Share: score.Share, Gain: score.Gain, GainLow: score.GainLow}
				}
			}
		}
	}
	for c, w := range out.weights {
		w.LogE = logMeanOf(logs[c])
		out.weights[c] = w
	}
	return out, nil
}

func (d *decision) decode(ctx context.Context, l *layer, threshold uint32, sites []fingerprint.Site, reads []code.Read, candidates []Candidate) (code.Result, []Candidate, error) {
	var of []fingerprint.Site
	var in []code.Read
	for i, s := range sites {
		if s.U < threshold {
			of, in = append(of, s), append(in, reads[i])
		}
	}
	if len(in) == 0 {
		return code.Result{}, nil, nil
	}
	var members []Candidate
	w := &words{sites: of}
	for _, c := range candidates {
		if l.marked(c, threshold) {
			members = append(members, c)
			w.words = append(w.words, l.marker.Word(c.Recipient))
		}
	}
	r, err := code.Decode(ctx, in, w, code.Options{Alpha: d.engine.options.Alpha, Candidates: d.result.Candidates, Joint: true})
	if err != nil {
		return r, nil, fmt.Errorf("cells: %w", err)
	}
	if len(d.result.Warnings) == 0 {
		d.result.Warnings = append(d.result.Warnings, r.Warnings...)
	}
	d.tellFlips(l, in, r.Flips)
	return r, members, nil
}

// enoughFlips is how many marks of a column its share of flips is told from.
const enoughFlips = 30

// tellFlips warns of columns whose marks do not read as they were made, where
// those of another column do: a file that nobody's marks fit need not have been
// marked at all.
func (d *decision) tellFlips(l *layer, in []code.Read, flips []float64) {
	n := make([]int, len(flips))
	for _, x := range in {
		n[x.Group]++
	}
	reads := func(g int) bool { return n[g] >= enoughFlips && (flips[g] <= 0.35 || flips[g] > 0.8) }
	some := false
	for g := range flips {
		some = some || reads(g)
	}
	for g, x := range flips {
		switch name := l.scheme.Columns[l.carriers[g]].Name; {
		case n[g] < enoughFlips || !some:
		case x > 0.8:
			d.warn("the marks of column %q read inverted: all its values were moved by one step", name)
		case x > 0.35:
			d.warn("the marks of column %q were wiped out: it was rounded or rewritten", name)
		}
	}
}

// collect lists the marked sites of which a symbol was read.
func (l *layer) collect(r *layerRead) (sites []fingerprint.Site, reads []code.Read) {
	marker := l.marker.Fork()
	for c, name := range r.Columns {
		i := slices.IndexFunc(l.carriers, func(k int) bool { return l.scheme.Columns[k].Name == name })
		if i < 0 {
			continue
		}
		for row, k := range r.Keys {
			symbol, ok := r.majority(row, c)
			if !ok {
				continue
			}
			if s := marker.Site(k, l.carriers[i]); s.U < l.threshold {
				sites = append(sites, s)
				reads = append(reads, code.Read{Bias: code.Bias(s.Bias), Symbol: symbol, Group: uint16(i)})
			}
		}
	}
	return sites, reads
}

// missing warns of columns that carry marks and did not survive.
func (d *decision) missing(l *layer, reads []code.Read) {
	if !d.files || len(l.carriers) == 0 {
		return
	}
	n := make([]int, len(l.carriers))
	for _, r := range reads {
		n[r.Group]++
	}
	lost := 0
	for _, k := range n {
		if k == 0 {
			lost++
		}
	}
	if lost == len(n) {
		d.warn("no column that carries marks could be read: only canaries and withheld rows can tell whose copy it is")
	}
}

// thresholds are the distinct densities of the candidates' exports, ascending.
func (l *layer) thresholds(candidates []Candidate) []uint32 {
	var out []uint32
	for _, c := range candidates {
		for _, e := range c.Exports {
			if t := fingerprint.Threshold(e.Density); e.Scheme == l.version && t > 0 {
				out = append(out, t)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (l *layer) marked(c Candidate, threshold uint32) bool {
	for _, e := range c.Exports {
		if e.Scheme == l.version && fingerprint.Threshold(e.Density) == threshold {
			return true
		}
	}
	return false
}

func logMeanOf(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	top := slices.Max(x)
	if math.IsInf(top, -1) {
		return top
	}
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(v - top)
	}
	return top + math.Log(sum/float64(len(x)))
}

// words gives the decoder the candidates' bits at the sites.
type words struct {
	sites []fingerprint.Site
	words []fingerprint.Word
}

func (w *words) Len() int { return len(w.words) }

func (w *words) Bits(candidate int, dst []uint64) { w.words[candidate].Bits(w.sites, dst) }

func (w *words) BitsOf(candidate int, which []int32, dst []uint64) {
	w.words[candidate].BitsOf(w.sites, which, dst)
}
