package canary

import (
	"math"
	"slices"

	"telltale/internal/key"
)

// chooser thins out drafts until what is left looks like rows: a forest is
// trained to tell sampled rows from drafts, its odds estimate how much likelier
// a row with these traits is among rows than among drafts, and a draft is kept
// with a chance in proportion to that (discriminator rejection sampling, Azadi
// et al. 2019). Later rounds are trained on what the earlier ones keep.
type chooser struct {
	taught
	traits *traits
}

// taught is what a chooser has learned, and a profile keeps: learning takes
// seconds, whatever the size of the table.
type taught struct {
	Version     int // chooserVersion of the program that learned it
	AddressBits float64
	Rounds      []round
	Bits        float64 // by which a choice may make a draft likelier than its draw says
}

type round struct {
	Forest *forest
	Top    float64 // odds that are always kept
}

// chooserVersion is raised when drafts or traits change: what was taught
// before is then learned again.
const chooserVersion = 5

// Prepare learns what Mint needs besides the profile, and Mint would learn
// otherwise: the trees that canaries are chosen by. MarshalBinary keeps them.
func (p *Profile) Prepare() {
	if len(p.Sample) > 0 {
		p.chooser(MinEmailBits)
	}
}

// chooser is ready to choose among drafts whose addresses have so many bits.
func (p *Profile) chooser(addressBits float64) *chooser {
	m := p.ready()
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := m.choosers[addressBits]; c != nil {
		return c
	}
	c := &chooser{taught: taught{Version: chooserVersion, AddressBits: addressBits}}
	if p.taught != nil && p.taught.Version == chooserVersion && p.taught.AddressBits == addressBits {
		c.taught = *p.taught
	}
	if len(m.p.Sample) >= chooseLeast {
		c.traits = newTraits(m, m.drawn)
	}
	if c.traits != nil && c.Rounds == nil {
		c.learn(m)
	}
	if addressBits == MinEmailBits {
		p.taught = &c.taught
	}
	m.choosers[addressBits] = c
	return c
}

// drawn reports whether a canary's cell is chosen among drafts.
func (m *model) drawn(i int) bool { return !m.fixed(i) }

const (
	chooseDrafts = 600 // that a round is trained on
	chooseRows   = 1000
	chooseRounds = 2
	chooseTries  = 24 // drafts for a canary, of which the last stands
	chooseLeast  = 64 // rows below which nothing can be learned
)

func (c *chooser) learn(m *model) {
	rows := c.rows()
	st := key.Secret{}.Stream("chooser")
	kept := 1.0
	for range chooseRounds {
		drafts, share := c.drafts(m, st)
		if len(drafts) < 50 {
			break
		}
		kept = share
		c.Rounds = append(c.Rounds, train(rows, drafts))
	}
	if len(c.Rounds) > 0 {
		_, kept = c.drafts(m, st)
	}
	c.Bits = -log2(max(kept, 1.0/chooseTries))
}

// rows are the traits of rows spread over the sample.
func (c *chooser) rows() [][]float64 {
	var out [][]float64
	sample := c.traits.m.p.Sample
	n := min(len(sample), chooseRows)
	for k := range n {
		r := k * len(sample) / n
		out = append(out, c.traits.of(sample[r].Cells, r))
	}
	return out
}

// drafts are the traits of drafts that the rounds so far keep, and the share
// of those drawn that they are.
func (c *chooser) drafts(m *model, st *key.Stream) (out [][]float64, share float64) {
	tried := 0
	want := min(chooseDrafts, 2*len(m.p.Sample))
	for ; tried < 4*want && len(out) < want; tried++ {
		d := &draft{m: m, chooser: c, st: st, contacts: Contacts{Domains: []string{"a.invalid"}, AddressBits: c.AddressBits}, of: 1, rough: true}
		if d.fill() != nil {
			continue
		}
		x := c.traits.of(d.cells, -1)
		if c.keeps(x, st) {
			out = append(out, x)
		}
	}
	return out, float64(len(out)) / float64(max(tried, 1))
}

func train(rows, drafts [][]float64) round {
	var x [][]float64
	var y []bool
	var weight []float64
	for k, list := range [][][]float64{rows, drafts} {
		for _, v := range list {
			x, y = append(x, v), append(y, k == 1)
			weight = append(weight, float64(len(rows)+len(drafts))/float64(2*len(list)))
		}
	}
	r := round{Forest: growForest(x, y, weight)}
	var odds []float64
	for _, v := range drafts {
		odds = append(odds, r.odds(v))
	}
	slices.Sort(odds)
	r.Top = odds[len(odds)*9/10]
	return r
}

// odds are those of a row, rounded so that machines agree.
func (r round) odds(x []float64) float64 {
	return math.Round(math.Exp(-r.Forest.score(x))*1e6) / 1e6
}

// keeps decides by chance.
func (c *chooser) keeps(x []float64, st *key.Stream) bool {
	for _, r := range c.Rounds {
		if st.Float64()*r.Top > r.odds(x) {
			return false
		}
	}
	return true
}
