package canary

import (
	"encoding/binary"
	"math"

	"telltale/internal/key"
)

// Vacancies are rows of the table that no copy holds, so that canaries can
// stand where they stood: among dense ids there is no other place but the end,
// and between two neighbours in time there is none without half the usual
// distance. Which rows these are is a matter of the dataset's secret and of
// the row's key alone: every copy lacks the same ones, whenever it is made, and
// whoever compares copies sees nothing of them.
//
// A nil *Vacancies has none.
type Vacancies struct {
	m       *model
	prf     key.PRF
	limit   uint64
	dense   bool    // the key is a running number; canaries take the vacant ones
	numbers []int64 // of a running number, ascending
}

const (
	vacantShare  = 0.1 // of the rows at most
	vacantExcess = 4   // vacancies for each canary of a copy, so that copies seldom use the same
	denseRun     = 0.5 // share of the numbers of a run that are taken, from which on it is dense
)

// Vacate chooses the vacancies for copies with that many canaries each. secret
// is the one labelled "canary-vacancy/DATASET". It returns nil where canaries
// find a place without: unsorted rows with keys that leave numbers free.
func (p *Profile) Vacate(secret key.Secret, canaries int) *Vacancies {
	if canaries <= 0 || p.Rows == 0 {
		return nil
	}
	m := p.ready()
	lo, hi, dense := m.runningKey()
	room := float64(p.Rows)
	if dense {
		room = float64(hi - lo + 1)
	} else if !m.placedByOrder() {
		return nil
	}
	share := min(float64(vacantExcess*canaries)/room, vacantShare)
	v := &Vacancies{m: m, prf: secret.PRF(), dense: dense, limit: uint64(share * math.MaxUint32)}
	for n := lo; dense && n <= hi; n++ {
		if v.chosen(number(n)) {
			v.numbers = append(v.numbers, n)
		}
	}
	return v
}

// Share is the expected share of the rows that are vacant.
func (v *Vacancies) Share() float64 {
	if v == nil {
		return 0
	}
	return float64(v.limit) / math.MaxUint32
}

// Vacant reports whether no copy holds the row. It is safe for concurrent use.
func (v *Vacancies) Vacant(cells []string) bool {
	if v == nil {
		return false
	}
	if !v.dense {
		var in [16]byte
		for _, i := range v.m.key {
			h := entry("vacancy", cell(cells, i))
			binary.BigEndian.PutUint64(in[:], binary.BigEndian.Uint64(in[:])*31+h)
		}
		return v.chosen(in)
	}
	n, ok := v.m.runningNumber(cell(cells, v.m.key[0]))
	return ok && v.chosen(number(n))
}

func number(n int64) (in [16]byte) {
	binary.BigEndian.PutUint64(in[8:], uint64(n))
	return in
}

func (v *Vacancies) chosen(in [16]byte) bool {
	out := v.prf.Block(in)
	return uint64(binary.BigEndian.Uint32(out[:])) < v.limit
}

// forShared keeps a quarter of the vacant numbers for shared canaries.
func (v *Vacancies) forShared(n int64) bool { return v.prf.Block(number(n))[15] < 64 }

// runningKey is the range of a key that numbers the rows without leaving many
// out; several rows may have one number in different shapes, as records and
// their duplicates do.
func (m *model) runningKey() (lo, hi int64, ok bool) {
	if len(m.key) != 1 {
		return 0, 0, false
	}
	i := m.key[0]
	if _, check := m.checks[i]; check || m.p.Stats[i].Shapeless > 0 {
		return 0, 0, false
	}
	lo, hi = math.MaxInt64, math.MinInt64
	for _, r := range m.p.Stats[i].Runs {
		at, varies := r.counter()
		if !varies {
			continue
		}
		ok = ok || float64(r.Count) >= denseRun*float64(r.Max[at]-r.Min[at]+1) && r.Count >= 8
		lo, hi = min(lo, r.Min[at]), max(hi, r.Max[at])
	}
	return lo, hi, ok && hi-lo < 4*m.p.Rows
}

// runningNumber is the number in a key of one of the shapes seen.
func (m *model) runningNumber(v string) (int64, bool) {
	x, ok := parseSerial(v)
	if !ok {
		return 0, false
	}
	return x.values[m.counterOf(m.key[0], x)], true
}

// renumber writes a key with another running number.
func (m *model) renumber(v string, n int64) string {
	x, ok := parseSerial(v)
	if !ok {
		return v
	}
	at := m.counterOf(m.key[0], x)
	padded := false
	for _, r := range m.p.Stats[m.key[0]].Runs {
		if r.Shape == x.shape && at < len(r.Padded) {
			padded = r.Padded[at]
		}
	}
	return x.spell(at, n, padded)
}

// placedByOrder reports whether a column with a value for nearly every row
// stands in order.
func (m *model) placedByOrder() bool {
	for _, f := range m.fittings() {
		if f.mode != hold {
			return true
		}
	}
	return false
}

// vacantNumber is the vacant number that a canary takes: one that it likes
// best by hash among those that are free in its copy and where it belongs by
// the columns that stand in order.
func (d *draft) vacantNumber(old string) (string, float64, bool) {
	v := d.contacts.Vacancies
	lo, hi := d.m.belongs(d.cells)
	best, most, free := int64(0), uint64(0), 0
	first, last, _ := d.m.runningKey()
	span := float64(last - first + 1)
	for try := 0; try < 2 && free == 0; try++ {
		for _, n := range v.numbers {
			at := float64(n-first) / span
			if d.taken[n] || v.forShared(n) != d.shared || try == 0 && (at < lo || at > hi) {
				continue
			}
			free++
			if h := mix(uint64(n)*0x9e3779b97f4a7c15 ^ math.Float64bits(d.place)); h >= most {
				best, most = n, h
			}
		}
	}
	if free == 0 {
		return "", 0, false
	}
	d.taken[best] = true
	return d.m.renumber(old, best), log2(float64(free)), true
}

// belongs is the part of a table in order, from lo to hi, where a row with
// these cells belongs; 0 to 1 in a table without order.
func (m *model) belongs(cells []string) (lo, hi float64) {
	hi = 1
	for _, f := range m.fittings() {
		if f.mode == between || blank(cells[f.column]) {
			continue
		}
		a, b := m.rank(f, cells[f.column])
		if slack := 0.002; a-slack < hi && b+slack > lo {
			lo, hi = max(lo, a-slack), min(hi, b+slack)
		}
	}
	return lo, hi
}
