package code

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"

	"telltale/internal/stat"
)

const (
	defaultAlpha = 1e-6
	sampleBits   = 1_200_000_000 // bits asked of Words when everybody is screened
	fullBits     = 1_000_000_000 // bits asked of Words for the best of them
	minSample    = 256           // reads of a sample, at least
	minPicked    = 64            // candidates that are weighed on all reads, at least
)

// Decode weighs every candidate. It returns an error for a symbol other than 0 and 1, for more groups than reads could need, and when
// ctx ends. Without reads or without candidates every e-value is 1.
func Decode(ctx context.Context, reads []Read, w Words, o Options) (Result, error) {
	d := newDecoder(ctx, reads, w, o.Workers)
	if o.Alpha < 0 || o.Alpha > 1 || math.IsNaN(o.Alpha) {
		return Result{}, fmt.Errorf("alpha %v, want a number above 0 and at most 1", o.Alpha)
	}
	n := cmp.Or(o.Candidates, w.Len())
	if n < w.Len() {
		return Result{}, fmt.Errorf("%d candidates share the bound, want at least the %d that are weighed", n, w.Len())
	}
	d.prior = math.Log(float64(max(n, 1)))
	d.threshold = d.prior - math.Log(cmp.Or(o.Alpha, defaultAlpha))
	return d.run(o.Joint)
}

func newDecoder(ctx context.Context, reads []Read, w Words, workers int) *decoder {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return &decoder{ctx: ctx, reads: reads, words: w, workers: workers, sampleBits: sampleBits, fullBits: fullBits,
		poolMost: poolMost, knownMost: knownMost, minSample: minSample, minPicked: minPicked, knownOdds: knownOdds}
}

type decoder struct {
	ctx     context.Context
	reads   []Read
	words   Words
	workers int

	sampleBits, fullBits int
	poolMost, knownMost  int
	minSample, minPicked int
	knownOdds            float64

	prior     float64 // log N
	threshold float64 // log(N/alpha)

	full   *table
	model  *model
	scores []Score
	picked []int      // candidates that are weighed on all reads, best first once scored
	bits   [][]uint64 // candidate -> word in the order of the table; nil for those that are not picked
	warn   []string
}

var errGroups = errors.New("groups are numbered far beyond the number of reads")

func (d *decoder) run(joint bool) (Result, error) {
	for _, r := range d.reads {
		if int(r.Group) > len(d.reads)+1024 {
			return Result{}, errGroups
		}
	}
	t, err := newTable(d.reads)
	if err != nil {
		return Result{}, err
	}
	d.full = t
	d.scores = make([]Score, d.words.Len())
	for i := range d.scores {
		d.scores[i] = Score{Candidate: i, Reads: len(d.reads), ShareHigh: 1}
	}
	if len(d.reads) == 0 || len(d.scores) == 0 {
		return Result{Scores: d.scores, Flips: make([]float64, t.plain.groups), Threshold: d.threshold}, nil
	}
	d.model = newModel(&t.plain)
	d.screen()
	d.weighPicked()
	if joint && d.ctx.Err() == nil {
		newCoalitions(d).reweigh()
	}
	if err := d.ctx.Err(); err != nil {
		return Result{}, err
	}
	return d.result(), nil
}

func (d *decoder) result() Result {
	r := Result{Scores: d.scores, Flips: d.model.fits, Threshold: d.threshold}
	for _, s := range d.scores {
		if s.LogE >= d.threshold && d.bits[s.Candidate] != nil {
			r.Accused = append(r.Accused, s.Candidate)
		}
	}
	slices.SortStableFunc(r.Accused, func(a, b int) int { return cmp.Compare(d.scores[b].LogE, d.scores[a].LogE) })
	r.Coalition = d.shares(r.Accused)
	d.gains()
	r.Warnings = append(d.warn, d.cautions(r)...)
	return r
}

// each calls f for 0..n-1 from several goroutines; make gives each goroutine its own f.
func (d *decoder) each(n int, make func() func(i int)) {
	const batch = 16
	var next int
	var mu sync.Mutex
	take := func() int {
		mu.Lock()
		defer mu.Unlock()
		if d.ctx.Err() != nil {
			return n
		}
		next += batch
		return next - batch
	}
	var wg sync.WaitGroup
	for range min(d.workers, (n+batch-1)/batch) {
		wg.Go(func() {
			f := make()
			for from := take(); from < n; from = take() {
				for i := from; i < min(from+batch, n); i++ {
					f(i)
				}
			}
		})
	}
	wg.Wait()
}

// screen decides who is weighed on all reads. Whoever is not picked keeps the e-value of the sample: a mixture of which the other
// half is taken as zero, so that picking by looking at the word costs nothing in validity.
func (d *decoder) screen() {
	n, m := len(d.scores), len(d.reads)
	d.bits = make([][]uint64, n)
	_, able := d.words.(Selector)
	if !able || n*m <= d.sampleBits {
		d.picked = make([]int, n)
		for i := range d.picked {
			d.picked[i] = i
		}
		return
	}
	size := max(d.sampleBits/n, d.minSample)
	t := d.full.sample(d.reads, d.informative(size))
	model := newModel(&t.plain)
	d.each(n, func() func(int) {
		f, w := newFetch(d.words, t.order, m), model.weigher()
		word, ones := make([]uint64, (len(t.order)+63)/64), make([]int32, 2*len(t.plain.cells))
		return func(i int) {
			f.word(i, word)
			t.plain.count(word, ones)
			s := &d.scores[i]
			s.LogE = w.logE(ones) - math.Ln2
			s.Agree, s.Reads = t.plain.agree(ones), len(t.order)
			s.Share, s.ShareLow, s.ShareHigh = model.share(ones)
		}
	})
	d.picked = d.best(max(d.fullBits/m, d.minPicked))
	d.warn = append(d.warn, fmt.Sprintf("%d of %d candidates were weighed on all %d reads, the others on a sample of %d; those cannot be accused",
		len(d.picked), n, m, len(t.order)))
}

// best lists the k candidates with the greatest e-values.
func (d *decoder) best(k int) []int {
	all := make([]int, len(d.scores))
	for i := range all {
		all[i] = i
	}
	slices.SortStableFunc(all, func(a, b int) int { return cmp.Compare(d.scores[b].LogE, d.scores[a].LogE) })
	return all[:min(k, len(all))]
}

// informative lists size positions of the table, those first whose group and bias tell most about a word; ties in a fixed
// pseudo-random order. It looks at symbols and biases only.
func (d *decoder) informative(size int) []int32 {
	v := &d.full.plain
	value := make([]float64, len(v.cells))
	for i, c := range v.cells {
		e := d.model.fits[c.group]
		if e <= .5 {
			e = min(e, .499)
		}
		one := flipped(c.p, e)
		value[i] = (1 - 2*e) * (1 - 2*e) * c.p * (1 - c.p) / (one * (1 - one))
	}
	at := make([]int32, len(v.entry))
	for i := range at {
		at[i] = int32(i)
	}
	slices.SortFunc(at, func(a, b int32) int {
		return cmp.Or(cmp.Compare(value[v.entry[b]/2], value[v.entry[a]/2]), cmp.Compare(scatter(a), scatter(b)))
	})
	return at[:min(size, len(at))]
}

// scatter is a fixed bijection of 32-bit numbers that looks random (the finaliser of MurmurHash3).
func scatter(i int32) uint32 {
	x := uint32(i)
	x = (x ^ x>>16) * 0x85ebca6b
	x = (x ^ x>>13) * 0xc2b2ae35
	return x ^ x>>16
}

// weighPicked weighs the picked candidates on all reads and keeps their words.
func (d *decoder) weighPicked() {
	t := d.full
	words := (len(t.order) + 63) / 64
	pruned := len(d.picked) < len(d.scores)
	d.each(len(d.picked), func() func(int) {
		f, w := newFetch(d.words, t.order, len(d.reads)), d.model.weigher()
		ones := make([]int32, 2*len(t.plain.cells))
		return func(i int) {
			word := make([]uint64, words)
			s := &d.scores[d.picked[i]]
			f.word(s.Candidate, word)
			d.bits[s.Candidate] = word
			t.plain.count(word, ones)
			if l := w.logE(ones); pruned {
				s.LogE = stat.LogAdd(s.LogE, l-math.Ln2)
			} else {
				s.LogE = l
			}
			s.Agree, s.Reads = t.plain.agree(ones), len(t.order)
			s.Share, s.ShareLow, s.ShareHigh = d.model.share(ones)
		}
	})
	slices.SortStableFunc(d.picked, func(a, b int) int { return cmp.Compare(d.scores[b].LogE, d.scores[a].LogE) })
}
