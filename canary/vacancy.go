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
	booked  []int64 // where the key is none, by slot: the place among the vacancies of the shared canary that may take it
}

// Room is what copies of a table are to have vacancies for.
type Room struct {
	Unique, Shared int  // canaries of a copy; shared ones that it may have
	Compared       bool // copies will be compared, and canaries covered: more vacancies, so that the canaries of two copies seldom meet
}

func (r Room) excess() float64 {
	if r.Compared {
		return float64(comparedExcess*r.Unique + vacantExcess*r.Shared)
	}
	return float64(vacantExcess * (r.Unique + r.Shared))
}

const (
	vacantShare  = 0.1 // of the rows at most
	vacantExcess = 4   // vacancies for each canary of a copy, so that copies seldom use the same

	comparedExcess = 20  // where copies are compared: two canaries in one place show each other
	denseRun       = 0.5 // share of the numbers of a run that are taken, from which on it is dense
)

// Vacate chooses the vacancies for copies with that many canaries each. secret
// is the one labelled "canary-vacancy/DATASET". It returns nil where canaries
// find a place without: unsorted rows with keys that leave numbers free.
func (p *Profile) Vacate(secret key.Secret, r Room) *Vacancies {
	if r.excess() <= 0 || p.Rows == 0 {
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
	share := min(r.excess()/room, vacantShare)
	v := &Vacancies{m: m, prf: secret.PRF(), dense: dense, limit: uint64(share * math.MaxUint32)}
	for n := lo; dense && n <= hi; n++ {
		if v.chosen(number(n)) {
			v.numbers = append(v.numbers, n)
		}
	}
	if !dense {
		v.book(r.Shared)
	}
	return v
}

// book keeps a vacancy for each shared canary, the same one in every copy: a
// canary that has one key here and another there would show itself. They are
// spread over as many vacancies as there are all but certainly.
func (v *Vacancies) book(shared int) {
	expected := v.Share() * float64(v.m.p.Rows)
	n := int64(expected - 3*math.Sqrt(expected))
	if shared == 0 || n < int64(shared) {
		return
	}
	for k := range int64(shared) {
		from, to := k*n/int64(shared), (k+1)*n/int64(shared)
		v.booked = append(v.booked, from+int64(v.draw("booked", k)%uint64(to-from)))
	}
	for k := shared - 1; k > 0; k-- { // which slot gets which
		o := v.draw("slot", int64(k)) % uint64(k+1)
		v.booked[k], v.booked[o] = v.booked[o], v.booked[k]
	}
}

// keptFrom is how many of the vacancies from that one on are kept for shared
// canaries.
func (v *Vacancies) keptFrom(at int64) (n int) {
	for _, b := range v.booked {
		if b >= at {
			n++
		}
	}
	return n
}

func (v *Vacancies) draw(what string, n int64) uint64 {
	in := number(n)
	copy(in[:8], what)
	out := v.prf.Block(in)
	return binary.BigEndian.Uint64(out[:])
}

// Meet is the chance that a unique canary of one copy stands in the place of a
// different one of another copy, or takes its key: who compares the two then
// sees both.
func (p *Profile) Meet(v *Vacancies, r Room) float64 {
	others, places := float64(r.Unique), 0.0
	switch {
	case v == nil:
		others, places = others+float64(r.Shared)/2, p.room()
	case v.dense:
		for _, n := range v.numbers {
			if !v.forShared(n) {
				places++
			}
		}
	default:
		places = v.Share()*float64(p.Rows) - float64(len(v.booked))
	}
	return min(1, others/max(1, places))
}

// room is how many places canaries without vacancies choose from: one where
// they can but follow the last row, numbers above the others', or gaps between
// rows that stand in order.
func (p *Profile) room() float64 {
	m := p.ready()
	lo, hi, dense := m.runningKey()
	switch {
	case dense && m.ordered(m.key[0]):
		return 1
	case dense:
		return float64(serialWindow(hi - lo))
	case m.placedByOrder():
		return float64(p.Rows)
	}
	return math.Inf(1)
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
	for _, f := range m.fittings {
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
	for _, f := range m.fittings {
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
