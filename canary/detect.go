package canary

import (
	"fmt"
	"math"
	"slices"

	"telltale/internal/key"
)

// Detection says how well fabricated rows can be told from real ones by their
// cells: trees are trained on sampled rows and freshly minted canaries, and
// judged on others, twice over with the halves exchanged. The place in the
// file is not looked at, nor are columns in order, but for those in which no
// value occurs twice.
type Detection struct {
	AUC      float64  `json:"auc"`      // area under the ROC curve; 0.5 is guessing
	StdErr   float64  `json:"std_err"`  // of AUC, for so few rows (Hanley & McNeil 1982)
	Rows     int      `json:"rows"`     // of the sample that were looked at
	Canaries int      `json:"canaries"` // that were minted for it
	KeyedOn  []string `json:"keyed_on"` // what the trees used most, the strongest first
	Measured bool     `json:"measured"` // false: the table has too few rows to tell
	// Contacts is the same with telephone numbers and addresses of mail in view,
	// nil where there are none. Numbers are the user's choice; addresses are
	// longer than the table's where those could be guessed.
	Contacts *Detection `json:"contacts,omitempty"`
}

// DetectLimit is the AUC above which canaries protect nothing: whoever deletes
// a tenth of the rows is rid of nearly all of them. Below it they are measured,
// and told, and the user decides.
const DetectLimit = 0.9

// TooEasy reports whether the canaries can be picked out: the AUC is above
// DetectLimit by more than two standard errors.
func (d Detection) TooEasy() bool { return d.Measured && d.AUC-2*d.StdErr > DetectLimit }

const (
	detectRows     = 1000
	detectCanaries = 200
	detectReasons  = 3
)

// Detect measures canaries minted from the profile with those contacts, which
// may be fewer than a canary needs each: they are used again. It takes about a
// second, whatever the number of rows. The result depends on the arguments alone.
func (p *Profile) Detect(secret key.Secret, c Contacts) (Detection, error) {
	if len(p.Sample) < chooseLeast {
		return Detection{}, nil
	}
	n := min(detectCanaries, len(p.Sample))
	phones, emails := p.Needs()
	trial := Contacts{Domains: c.Domains, AddressBits: c.AddressBits, Phones: cycle(c.Phones, n*phones), Emails: cycle(c.Emails, n*emails)}
	minted, err := p.Mint(secret, n, trial)
	if err != nil {
		return Detection{}, fmt.Errorf("measure canaries: %w", err)
	}
	m := p.ready()
	settled := func(i int) bool { return p.Columns[i].Key || m.ordered(i) && !m.single[i] }
	m.rehearse(minted)
	d := m.detect(newTraits(m, func(i int) bool { return !settled(i) && !p.Columns[i].contact() }), minted)
	if slices.ContainsFunc(p.Columns, Column.contact) {
		with := m.detect(newTraits(m, func(i int) bool { return !settled(i) }), minted)
		d.Contacts = &with
	}
	return d, nil
}

// rehearse puts the canaries between the rows of the sample, one by one, for
// what they get there in columns in order and without repeats. In a larger table
// rows stand closer together.
func (m *model) rehearse(minted []Canary) {
	if !slices.ContainsFunc(m.fittings, func(f fitting) bool { return m.single[f.column] }) {
		return
	}
	for k := range minted {
		pl := NewPlanter(m.p, minted[k:k+1], int64(len(m.p.Sample)))
		if cells := pl.first(m.p.Sample); cells != nil {
			minted[k].Cells = cells
		}
	}
}

// first plants the planter's first canary at the first place among rows from its
// target on.
func (pl *Planter) first(rows []Row) (cells []string) {
	from := max(pl.targets[0], 1)
	for r := from; r < int64(len(rows)); r++ {
		for range pl.Due(r) {
			if cells, err := pl.Fit(0, rows[r-1].Cells, rows[r].Cells); err == nil {
				return cells
			}
		}
	}
	cells, _ = pl.Fit(0, rows[len(rows)-1].Cells, nil)
	return cells
}

func cycle(list []string, n int) []string {
	if len(list) == 0 {
		return nil
	}
	out := make([]string, n)
	for i := range out {
		out[i] = list[i%len(list)]
	}
	return out
}

func (m *model) detect(t *traits, minted []Canary) Detection {
	var rows, fakes [][]float64
	n := min(len(m.p.Sample), detectRows)
	for k := range n {
		r := k * len(m.p.Sample) / n
		rows = append(rows, t.of(m.p.Sample[r].Cells, r))
	}
	for _, c := range minted {
		if c.Echo == 0 {
			fakes = append(fakes, t.of(c.Cells, -1))
		}
	}
	gains := make([]float64, len(t.names))
	auc := 0.0
	for side := range 2 {
		r := train(everySecond(rows, side), everySecond(fakes, side))
		auc += r.auc(everySecond(rows, 1-side), everySecond(fakes, 1-side)) / 2
		for j, g := range r.Forest.gains {
			gains[j] += g
		}
	}
	return Detection{AUC: auc, StdErr: hanley(auc, len(fakes), len(rows)), Rows: len(rows), Canaries: len(fakes), KeyedOn: t.strongest(gains), Measured: true}
}

func everySecond(list [][]float64, side int) [][]float64 {
	var out [][]float64
	for i, x := range list {
		if i%2 == side {
			out = append(out, x)
		}
	}
	return out
}

func (t *traits) strongest(gains []float64) []string {
	order := make([]int, len(gains))
	for j := range order {
		order[j] = j
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(math.Copysign(1, gains[b]-gains[a])) })
	var out []string
	for _, j := range order[:min(detectReasons, len(order))] {
		out = append(out, t.names[j])
	}
	return out
}

// auc is the chance that a fake scores above a row, ties counted half.
func (r round) auc(rows, fakes [][]float64) float64 {
	var a []float64
	for _, x := range rows {
		a = append(a, r.Forest.score(x))
	}
	slices.Sort(a)
	sum := 0.0
	for _, x := range fakes {
		s := r.Forest.score(x)
		below, _ := slices.BinarySearch(a, s)
		upto := below
		for upto < len(a) && a[upto] == s {
			upto++
		}
		sum += float64(below+upto) / 2
	}
	return sum / float64(max(len(a)*len(fakes), 1))
}

// hanley is the standard error of an area under the ROC curve (Hanley &
// McNeil 1982, with Q1 = A/(2-A) and Q2 = 2A²/(1+A)).
func hanley(a float64, pos, neg int) float64 {
	q1, q2 := a/(2-a), 2*a*a/(1+a)
	v := a*(1-a) + float64(pos-1)*(q1-a*a) + float64(neg-1)*(q2-a*a)
	return math.Sqrt(max(v, 0) / float64(max(pos*neg, 1)))
}
