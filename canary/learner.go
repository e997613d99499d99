package canary

import (
	"math/rand/v2"
	"strings"

	"telltale/internal/identity"
)

const (
	sampleRows  = 4096
	sampleBytes = 16 << 10 // a longer row is not sampled
	runShapes   = 64       // shapes of serial numbers that are told apart
)

// Learner reads a table once, in memory that does not grow with its rows but
// for about ten bits an identity, and a cell of a column without repeats.
type Learner struct {
	p     *Profile
	rng   *rand.Rand
	prev  [][]byte
	roles roles
	shape []byte
	index []map[string]int
}

// NewLearner starts on a table with those columns.
func NewLearner(cols []Column, locale string) *Learner {
	l := &Learner{
		p:     &Profile{Columns: append([]Column(nil), cols...), Locale: locale, Stats: make([]Stat, len(cols))},
		rng:   rand.New(rand.NewPCG(0x7465_6c6c, 0x7461_6c65)),
		prev:  make([][]byte, len(cols)),
		roles: findRoles(cols),
		index: make([]map[string]int, len(cols)),
	}
	for i := range l.p.Stats {
		l.p.Stats[i].Rising, l.p.Stats[i].Falling = true, true
		l.p.Stats[i].Single = !l.roles.ruled(i)
		if cols[i].Key || cols[i].Kind == identity.Serial || cols[i].Kind == identity.NationalID {
			l.index[i] = map[string]int{}
		}
	}
	return l
}

// Add learns one row: cells in the order of the columns, as written. It keeps
// none of the strings given.
func (l *Learner) Add(cells []string) {
	for i := range l.p.Columns {
		l.column(i, cell(cells, i))
	}
	for _, h := range l.roles.entries(cells, l.p.Locale) {
		l.p.Seen.add(h)
	}
	l.p.count(&l.roles, cells)
	l.learnSingles(cells)
	l.sample(cells)
	l.p.Rows++
}

func cell(cells []string, i int) string {
	if i < len(cells) {
		return cells[i]
	}
	return ""
}

func (l *Learner) column(i int, v string) {
	s := &l.p.Stats[i]
	if blank(v) {
		s.Missing++
		return
	}
	if l.index[i] != nil {
		l.run(i, v)
	}
	if s.First == "" {
		s.First = strings.Clone(v)
	} else if s.Rising || s.Falling {
		l.order(s, string(l.prev[i]), v)
	}
	l.prev[i] = append(l.prev[i][:0], v...)
}

func (l *Learner) order(s *Stat, prev, v string) {
	switch c := compare(prev, v); {
	case c < 0:
		s.Falling, s.Steps = false, s.Steps+1
	case c > 0:
		s.Rising, s.Steps = false, s.Steps+1
	}
}

// run notes the digit runs of a serial number under the number's shape.
func (l *Learner) run(i int, v string) {
	s := &l.p.Stats[i]
	var values [maxRuns]int64
	var widths [maxRuns]int
	shape, n, ok := shapeOf(l.shape[:0], v, &values, &widths)
	l.shape = shape
	if !ok {
		s.Shapeless++
		return
	}
	at, known := l.index[i][string(shape)]
	if !known {
		if len(s.Runs) == runShapes {
			s.Shapeless++
			return
		}
		at = len(s.Runs)
		l.index[i][string(shape)] = at
		s.Runs = append(s.Runs, newRun(string(shape), n, values, widths))
	}
	s.Runs[at].note(n, values, widths)
}

// sample keeps a uniform choice of whole rows (Vitter's algorithm R with a
// fixed seed), in the order of the table.
func (l *Learner) sample(cells []string) {
	at := len(l.p.Sample)
	if at == sampleRows {
		at = int(l.rng.Uint64N(uint64(l.p.Rows) + 1))
		if at >= sampleRows {
			return
		}
	}
	size := 0
	for _, c := range cells {
		size += len(c)
	}
	if size > sampleBytes {
		return
	}
	row := Row{Index: l.p.Rows, Cells: make([]string, len(l.p.Columns))}
	for i := range row.Cells {
		row.Cells[i] = strings.Clone(cell(cells, i))
	}
	if at == len(l.p.Sample) {
		l.p.Sample = append(l.p.Sample, row)
	} else {
		l.p.Sample[at] = row
	}
}

// Profile returns what was learned so far. The learner may go on.
func (l *Learner) Profile() *Profile {
	p := l.p.clone()
	for i := range p.Stats {
		p.Stats[i].Last = string(l.prev[i])
		p.Stats[i].settle()
	}
	p.sort()
	return p
}

func blank(v string) bool { return strings.TrimSpace(v) == "" }
