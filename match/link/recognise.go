package link

import (
	"cmp"
	"math"
	"slices"

	"telltale/internal/key"
)

// Linker links the rows of leaks to one index. It is read-only and may be used
// by several goroutines.
type Linker struct {
	*Index
	fields []field
	sealer *sealer
	log2n  float64
	quotes *quotes
}

// NewLinker returns the linker of an index of dataset.
func NewLinker(ix *Index, dataset string, master key.Root) *Linker {
	l := &Linker{Index: ix, fields: NewIndexer(ix.spec, dataset, master).fields, sealer: newSealer(dataset, master), quotes: new(quotes)}
	l.log2n = math.Log2(float64(max(2, ix.Rows())))
	return l
}

// Mapping says which columns of a leaked table are which of the index.
type Mapping struct {
	Columns []int // per column of the index: the column of the leak that holds it, or -1
	Linked  int   // rows of the sample that were linked
	sampled int   // of how many
	l       *Linker
	view    *view // nil: rows are taken as they are
	strong  []pair
	hashed  []*hashedList
	weak    []pair
	serial  *pair // a dense key that other columns confirm, or that stands alone under its name
	named   bool
	margin  float64   // bits beyond log2(rows) that weak identities need here
	odds    float64   // log2 odds that a row found by serial is one of ours
	rates   []rate    // per column of the index
	most    []float64 // per column of the index: bits that agreement can be worth, fewer where the values are dense
}

// pair is a column of the leak taken for a column of the index.
type pair struct {
	leak, field int
	seen, hits  int     // cells of the sample that are not blank, and that the list holds
	density     float64 // share of made-up neighbours of the values that the list holds too
	unique      float64 // share of the hits that belong to one row
}

// rate is how often the tags of a column agree on linked rows, and by chance.
type rate struct{ agree, chance float64 }

// Limits of recognition.
const (
	maxPairs     = 1 << 19 // cells looked at, over all pairs of columns
	minSample    = 200     // rows
	maxSample    = 2000
	sparse       = 0.002 // density below which a serial number links alone
	longSerial   = 10    // characters from which on it does so whatever the density
	probes       = 8     // made-up neighbours per value
	minKappa     = 0.3   // agreement beyond chance that a column must show
	minColumn    = 10.0  // bits that speak for a pair of columns, beyond the number of pairs
	rowMargin    = 10.0  // bits beyond log2(rows) that weak identities need
	uniqueMargin = 2.0   // bits between the best row and the next
	plainBits    = 10.0  // most that one column without a list counts
	plainTotal   = 24.0  // most that they count together
)

// Recognise finds out what the columns of a leaked table are from a sample of
// its rows. header may be nil. An error says that the index is damaged.
func (l *Linker) Recognise(sample [][]string, header []string) (*Mapping, error) {
	m, err := l.recognisePlain(sample, header)
	if err != nil || m.Linked*10 >= m.sampled*9 {
		return m, err
	}
	return l.recogniseWide(sample, header, m)
}

func (l *Linker) recognisePlain(sample [][]string, header []string) (*Mapping, error) {
	s := l.look(sample)
	columns, err := l.hashedColumns(s.rows)
	if err != nil {
		return nil, err
	}
	hashed, err := l.listHashes(columns)
	if err != nil {
		return nil, err
	}
	m := l.recognise(s, header, hashed)
	m.sampled = len(s.rows)
	return m, nil
}

func (l *Linker) recognise(s *look, header []string, hashed []*hashedList) *Mapping {
	m := &Mapping{l: l, hashed: hashed, Columns: fill(make([]int, len(l.fields)), -1), rates: make([]rate, len(l.fields)), most: make([]float64, len(l.fields))}
	for f := range m.most {
		m.most[f] = math.Inf(1)
	}
	m.margin = rowMargin
	m.proposeStrong(s)
	m.proposeWeak(s)
	sets := m.strongSets(s)
	if countLinked(sets)*10 >= len(s.rows)*9 {
		m.settle(s, sets, header)
		m.Linked = countLinked(m.linkSample(s))
		return m
	}
	m.linkWeakly(s, sets, header)
	if m.Linked*2 < len(s.rows) {
		m.tryTags(s, header)
	}
	if m.Linked*10 < len(s.rows)*9 {
		m.trySerials(s, header)
	}
	return m
}

// linkWeakly recognises columns on the rows that strong identities link (sets)
// and on those that weak ones point to, and then on the rows that are linked.
func (m *Mapping) linkWeakly(s *look, sets [][]uint32, header []string) {
	m.addWeakSets(s, sets)
	m.settle(s, sets, header)
	m.learnMargin(s)
	m.Linked = countLinked(m.linkSample(s))
	if m.Linked == 0 {
		fill(m.Columns, -1)
		return
	}
	m.settle(s, m.linkSample(s), header) // single rows tell more than sets
	m.learnMargin(s)
	m.Linked = countLinked(m.linkSample(s))
}

// clone copies what recognition changes.
func (m *Mapping) clone() Mapping {
	c := *m
	c.Columns, c.rates, c.most, c.weak = slices.Clone(m.Columns), slices.Clone(m.rates), slices.Clone(m.most), slices.Clone(m.weak)
	return c
}

func countLinked(sets [][]uint32) (n int) {
	for _, s := range sets {
		if len(s) == 1 {
			n++
		}
	}
	return n
}

func fill(s []int, v int) []int {
	for i := range s {
		s[i] = v
	}
	return s
}

// proposeStrong takes the columns whose values link alone.
func (m *Mapping) proposeStrong(s *look) {
	for _, p := range s.pairs {
		f := &m.l.fields[p.field]
		if !f.listed || !f.kind.Strong() {
			continue
		}
		of, strong := 0, 0
		for _, c := range s.cells {
			if v, ok := c.Canonical(p.leak, f.kind); ok {
				of++
				if m.alone(p, v) {
					strong++
				}
			}
		}
		if strong > 0 && (p.hits > 0 || 2*of >= p.seen) {
			m.strong = append(m.strong, p)
		}
	}
	slices.SortStableFunc(m.strong, func(a, b pair) int { return cmp.Compare(b.hits, a.hits) })
}

// proposeWeak takes other columns whose values occur in a list, each once.
func (m *Mapping) proposeWeak(s *look) {
	var found []pair
	for _, p := range s.pairs {
		if m.l.fields[p.field].listed && p.hits > 0 && p.hits*20 >= p.seen {
			found = append(found, p)
		}
	}
	slices.SortStableFunc(found, func(a, b pair) int {
		return cmp.Compare(float64(b.hits)*(0.1+b.unique), float64(a.hits)*(0.1+a.unique))
	})
	m.weak = assign(found)
	for _, p := range m.weak {
		m.most[p.field] = -math.Log2(p.density + 1/float64(probes*p.seen+1))
	}
}

// assign keeps the first pair of every column on either side.
func assign(pairs []pair) []pair {
	leak, field := map[int]bool{}, map[int]bool{}
	var kept []pair
	for _, p := range pairs {
		if !leak[p.leak] && !field[p.field] {
			leak[p.leak], field[p.field] = true, true
			kept = append(kept, p)
		}
	}
	return kept
}

// linkSample links what it can of the sample: a set of one row, or none.
func (m *Mapping) linkSample(s *look) [][]uint32 {
	sets := make([][]uint32, len(s.rows))
	for i, c := range s.cells {
		if k, ok := m.Link(c); ok {
			sets[i] = []uint32{k.Row}
		}
	}
	return sets
}

// strongSets finds, for each row of the sample, the row that its strong
// identities name.
func (m *Mapping) strongSets(s *look) [][]uint32 {
	sets := make([][]uint32, len(s.rows))
	for i, c := range s.cells {
		if k, ok := m.byStrong(c); ok {
			sets[i] = []uint32{k.Row}
		}
	}
	return sets
}

// addWeakSets finds, for the other rows of the sample, the rows that their weak
// identities fit best.
func (m *Mapping) addWeakSets(s *look, sets [][]uint32) {
	for i, c := range s.cells {
		if len(sets[i]) > 0 {
			continue
		}
		top, p := 0.0, m.probe(c)
		for _, r := range m.weakRows(c, p) {
			b := m.agreement(p, r, nil)
			if b > top+uniqueMargin {
				sets[i] = sets[i][:0]
			}
			if b > top-uniqueMargin {
				sets[i] = append(sets[i], r)
			}
			top = max(top, b)
		}
	}
}

// settle recognises every column by the tags of the rows in the sets.
func (m *Mapping) settle(s *look, sets [][]uint32, header []string) {
	fill(m.Columns, -1)
	for _, v := range m.votes(s, sets, header) {
		m.Columns[v.field] = v.leak
		m.rates[v.field] = v.rate
	}
}

// vote is what the linked rows say of a pair of columns.
type vote struct {
	pair
	rate
	bits  float64
	named bool
}

// votes returns the pairs that the linked rows confirm, each column once.
func (m *Mapping) votes(s *look, sets [][]uint32, header []string) []vote {
	var votes []vote
	penalty := math.Log2(float64(max(1, len(s.pairs))))
	for i, p := range s.pairs {
		v := m.vote(s.entries[i], sets, p)
		v.named = p.leak < len(header) && fold(header[p.leak]) == fold(m.l.fields[p.field].name)
		kappa := (v.agree - v.chance) / max(1e-9, 1-v.chance)
		sure := v.bits > minColumn+penalty && kappa >= minKappa
		if sure || v.named && v.bits > 0 && kappa >= minKappa || v.named && v.chance > 0.9 && v.agree >= v.chance {
			votes = append(votes, v)
		} else if p.hits > 0 && v.bits > 0 && kappa >= minKappa && m.l.fields[p.field].listed {
			votes = append(votes, v) // few rows: that the list holds the values helps
		}
	}
	slices.SortStableFunc(votes, func(a, b vote) int {
		if a.named != b.named && math.Abs(a.bits-b.bits) < minColumn {
			return map[bool]int{true: -1, false: 1}[a.named]
		}
		return cmp.Compare(b.bits, a.bits)
	})
	leak, field := map[int]bool{}, map[int]bool{}
	return slices.DeleteFunc(votes, func(v vote) bool {
		if leak[v.leak] || field[v.field] {
			return true
		}
		leak[v.leak], field[v.field] = true, true
		return false
	})
}

// vote compares the tags of a pair on sets of rows; one that agrees suffices.
// Chance is the agreement with the sets of other rows near by, so that two
// tables in the same order are not taken for one.
func (m *Mapping) vote(entries []entry, sets [][]uint32, p pair) vote {
	var linked []int
	for i, set := range sets {
		if len(set) > 0 && entries[i].tag != 0 && !m.empty(p.field, set) {
			linked = append(linked, i)
		}
	}
	n := float64(len(linked))
	if n == 0 {
		return vote{pair: p}
	}
	agree, common := 0.0, 0.0
	for _, i := range linked {
		if m.holds(p.field, sets[i], entries[i].tag) {
			agree++
		}
		share := float64(m.l.commonness(p.field, entries[i].tag)) / float64(m.l.Rows())
		common += 1 - math.Pow(1-min(share, 1), float64(len(sets[i])))
	}
	chance := common / n
	for _, shift := range []int{1, 2, 5, 11, 23} {
		same, asked := 0.0, 0.0
		for j, i := range linked {
			if other := sets[linked[(j+shift)%len(linked)]]; other[0] != sets[i][0] {
				asked++
				if m.holds(p.field, other, entries[i].tag) {
					same++
				}
			}
		}
		if asked > 2 && len(linked) > 2*shift {
			chance = max(chance, same/asked)
		}
	}
	v := vote{pair: p, rate: rate{agree / n, (chance*n + 0.5) / (n + 1)}}
	if q := (agree + 0.5) / (n + 1); q > v.chance {
		v.bits = agree*math.Log2(q/v.chance) + (n-agree)*math.Log2((1-q)/(1-v.chance))
	}
	return v
}

// empty reports whether the column is empty in all of the rows.
func (m *Mapping) empty(field int, set []uint32) bool {
	for _, r := range set {
		if m.l.tags[field][r] != 0 {
			return false
		}
	}
	return true
}

func (m *Mapping) holds(field int, set []uint32, tag uint16) bool {
	for _, r := range set {
		if m.l.tags[field][r] == tag {
			return true
		}
	}
	return false
}
