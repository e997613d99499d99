package canary

import (
	"slices"
	"sync"

	"telltale/internal/identity"
)

// Planter puts canaries between the rows of one copy. Rows are numbered from 0;
// a canary that is due at row r goes before row r:
//
//	for r, cells := range rows {
//	    for _, i := range pl.Due(r) {
//	        row, err := pl.Fit(i, prev, cells) // ErrNoGap: it is due again later
//	    }
//	}
//	for _, i := range pl.Tail() {
//	    row, err := pl.Fit(i, last, nil) // last: the row before, which may be a canary
//	}
//
// With vacancies, a row r that is Vacant is left out, and in its place stands
//
//	for _, i := range pl.Instead(prev, r, next) {
//	    row, err := pl.Replace(i, prev, r, next)
//	}
//
// prev and next are ORIGINAL rows, before marks. Due is called once for every
// row, in order, after the calls of Fit for the row before. Several canaries
// due at one row are planted in the order of Due. Fit gives the same cells for
// the same canary and neighbours.
//
// Canary rows are not marked: their cells are those that Fit returned. The
// caller checks that the key cells, if the table is not sorted by them, occur
// in no real row that the profile did not see, and uses Skip if they do.
type Planter struct {
	m        *model
	canaries []Canary
	columns  []fitting // the columns that must stay in order
	targets  []int64   // first row before which each canary may go
	queue    []int     // canaries by target
	next     int       // first of queue that was not due yet
	rows     int64

	vacancies *Vacancies
	seats     map[int64][]int // canaries by the vacant number that they have
	standing  []int           // canaries that take any vacancy
	passed    int             // vacancies so far

	mu      sync.Mutex
	waiting []int
	share   map[int][2]int // of the gap: which part of how many
	planted map[int]Canary
	used    map[string]bool // key cells of planted canaries
	failed  map[int]int     // how often no word was found for a canary
}

// mostFailed is how often a word is looked for that stands between two others;
// the canary then goes to the end.
const mostFailed = 16

// offers is how many canaries that found no gap are offered again at a row.
const offers = 4

// NewPlanter plans the places of the canaries in a table of that many rows
// (-1: as many as were learned) without vacancies.
func NewPlanter(p *Profile, canaries []Canary, rows int64) *Planter {
	return NewPlanterAmong(p, canaries, rows, nil)
}

// NewPlanterAmong is NewPlanter with the vacancies that the canaries were
// minted with.
func NewPlanterAmong(p *Profile, canaries []Canary, rows int64, v *Vacancies) *Planter {
	if rows < 0 {
		rows = p.Rows
	}
	pl := &Planter{
		m: p.ready(), rows: rows, share: map[int][2]int{}, planted: map[int]Canary{}, used: map[string]bool{}, failed: map[int]int{},
		vacancies: v, seats: map[int64][]int{},
	}
	pl.columns = pl.m.fittings
	for _, c := range canaries {
		c.Cells = slices.Clone(c.Cells)
		pl.canaries = append(pl.canaries, c)
	}
	pl.separate()
	for i := range canaries {
		pl.targets = append(pl.targets, pl.target(i))
		if !pl.seat(i, v) {
			pl.queue = append(pl.queue, i)
		}
	}
	slices.SortStableFunc(pl.queue, func(a, b int) int { return int(min(max(pl.targets[a]-pl.targets[b], -1), 1)) })
	return pl
}

// separate gives canaries of one copy different keys.
func (pl *Planter) separate() {
	seen := map[string]bool{}
	for i := range pl.canaries {
		c := &pl.canaries[i]
		for try := 0; seen[pl.keyOf(c.Cells)] && try < 1000; try++ {
			pl.step(c)
		}
		seen[pl.keyOf(c.Cells)] = true
	}
}

// step moves a canary to the next free serial number or reserved phone.
func (pl *Planter) step(c *Canary) {
	for _, o := range c.Origins {
		if v := c.Cells[o.Column]; o.Origin == Reserved && pl.m.p.Columns[o.Column].Key && v != "" {
			last := len(v) - 1
			c.Cells[o.Column] = v[:last] + string('0'+(v[last]-'0'+1)%10)
			pl.reread(c)
			return
		}
	}
	for _, i := range pl.m.serials {
		if !pl.m.p.Columns[i].Key {
			continue
		}
		x, ok := parseSerial(c.Cells[i])
		if !ok {
			continue
		}
		at := pl.m.counterOf(i, x)
		for v := x.values[at] + 1; v < x.values[at]+1000; v++ {
			next := pl.m.fix(i, x.spell(at, v, true))
			if next != c.Cells[i] && !pl.m.p.Seen.has(serialEntry(i, next)) {
				c.Cells[i] = next
				pl.reread(c)
				return
			}
		}
	}
}

func (m *model) counterOf(i int, x serial) int {
	for _, r := range m.p.Stats[i].Runs {
		if at, ok := r.counter(); ok && r.Shape == x.shape {
			return at
		}
	}
	return x.n - 1
}

func (pl *Planter) keyOf(cells []string) string {
	return pl.m.combined(cells, pl.m.key, pl.m.p.Locale)
}

// target is the first row before which canary i may go. In a table that is
// sorted by something the canary keeps, it is where that belongs.
func (pl *Planter) target(i int) int64 {
	if pl.rows < 2 {
		return pl.rows
	}
	c := pl.canaries[i]
	place := c.Place
	for _, f := range pl.columns {
		if f.mode == hold && !blank(c.Cells[f.column]) {
			lo, hi := pl.m.rank(f, c.Cells[f.column])
			place = lo + (hi-lo)*place
			break
		}
	}
	return min(max(int64(place*float64(pl.rows)), 1), pl.rows-1)
}

// Due returns the indices of the canaries to be planted before that row.
func (pl *Planter) Due(row int64) []int {
	pl.mu.Lock()
	defer pl.mu.Unlock()
	var out []int
	for pl.next < len(pl.queue) && pl.targets[pl.queue[pl.next]] <= row {
		out = append(out, pl.queue[pl.next])
		pl.next++
	}
	for len(out) < offers && len(pl.waiting) > 0 {
		out = append(out, pl.waiting[0])
		pl.waiting = pl.waiting[1:]
	}
	for k, i := range out {
		pl.share[i] = [2]int{k, len(out)}
	}
	return out
}

// Tail returns the canaries that are still to be planted after the last row.
func (pl *Planter) Tail() []int {
	pl.mu.Lock()
	defer pl.mu.Unlock()
	out := append(pl.waiting, pl.queue[pl.next:]...)
	out = append(append(out, pl.seated()...), pl.standing...)
	pl.waiting, pl.next, pl.standing = nil, len(pl.queue), nil
	for _, i := range out {
		pl.share[i] = [2]int{0, 1}
	}
	return out
}

// Fit returns the cells of canary i made to fit between two rows: key columns
// in sequence and unique, sorted columns in order whatever marks the
// neighbours get. prev or next is nil at an end of the table.
func (pl *Planter) Fit(i int, prev, next []string) ([]string, error) {
	pl.mu.Lock()
	defer pl.mu.Unlock()
	if next != nil && (pl.crowded(prev, next) || pl.failed[i] >= mostFailed) {
		return nil, pl.wait(i)
	}
	return pl.settle(i, prev, nil, next)
}

// settle is Fit and Replace.
func (pl *Planter) settle(i int, prev, gone, next []string) ([]string, error) {
	c := pl.canaries[i]
	c.Cells = slices.Clone(c.Cells)
	rooms, made := map[int]float64{}, map[int]float64{}
	for _, f := range pl.columns {
		v, space, ok := pl.fitAt(f, c, prev, gone, next, pl.share[i])
		if !ok && next == nil {
			continue // nothing follows: the minted value stands
		}
		if !ok {
			if f.single && f.mode == hold && !f.ahead(c.Cells[f.column], next) {
				pl.failed[i]++
			}
			return nil, pl.wait(i)
		}
		switch {
		case f.mode == between:
			rooms[f.column] = space
		case space > 0:
			made[f.column] = space
		}
		c.Cells[f.column] = v
	}
	k := pl.keyOf(c.Cells)
	real := pl.becameReal(i, c.Cells)
	if len(pl.m.key) > 0 && pl.used[k] || real && next != nil {
		return nil, pl.wait(i)
	}
	pl.used[k] = true
	if real {
		pl.setApart(&c, pl.canaries[i].Cells)
	}
	pl.reread(&c)
	c.weighNumbers(rooms)
	c.weighMade(made)
	pl.planted[i] = c
	return slices.Clone(c.Cells), nil
}

// becameReal reports whether what stands in order made the canary somebody, or
// a row of a table whose cells together are the identity.
func (pl *Planter) becameReal(i int, cells []string) bool {
	m, minted := pl.m, pl.canaries[i].Cells
	return m.known(cells) && !m.known(minted) || m.nearRow(cells) && !m.nearRow(minted) ||
		len(m.combination) > 0 && m.holds(cells) && !m.holds(minted)
}

// setApart leaves the identities of those cells that are as minted; the row as
// a whole is one with its key.
func (pl *Planter) setApart(c *Canary, minted []string) {
	out := make([]Identity, 0, len(c.Identities))
	for _, id := range c.Identities {
		changed := slices.ContainsFunc(id.Columns, func(i int) bool { return c.Cells[i] != minted[i] })
		if changed && id.Kind == identity.Text && len(pl.m.key) > 0 && !slices.Contains(id.Columns, pl.m.key[0]) {
			id.Columns, changed = slices.Concat(pl.m.key, id.Columns), false
		}
		if !changed {
			out = append(out, id)
		}
	}
	c.Identities = out
}

func (pl *Planter) wait(i int) error {
	pl.waiting = append(pl.waiting, i)
	return ErrNoGap
}

// Skip takes back a canary whose key turned out to be taken: it is due again
// with the next free serial number.
func (pl *Planter) Skip(i int) {
	pl.mu.Lock()
	defer pl.mu.Unlock()
	delete(pl.planted, i)
	pl.step(&pl.canaries[i])
	pl.waiting = append(pl.waiting, i)
}

// reread reads the identities off the cells.
func (pl *Planter) reread(c *Canary) {
	out := make([]Identity, 0, len(c.Identities))
	for _, id := range c.Identities {
		if v, ok := pl.m.value(id.Kind, id.Columns, c.Cells); ok {
			id.Value = v
			out = append(out, id)
		}
	}
	c.Identities = out
}

// weighNumbers sets the surprise of serial numbers that were put between two
// others: the numbers that they could have been.
func (c *Canary) weighNumbers(rooms map[int]float64) {
	for k, id := range c.Identities {
		if room := rooms[id.Columns[0]]; id.Kind == identity.Serial && room > 0 {
			parts := slices.Clone(id.Parts) // the first is the number's
			parts[0].Bits = log2(room)
			c.Identities[k].Parts = parts
			c.Identities[k].Bits = Together(*c, []int{k})
		}
	}
}

// Planted returns canary i as it was planted: with the cells of the last
// successful Fit and the identities that follow from them.
func (pl *Planter) Planted(i int) (Canary, bool) {
	pl.mu.Lock()
	defer pl.mu.Unlock()
	c, ok := pl.planted[i]
	return c, ok
}
