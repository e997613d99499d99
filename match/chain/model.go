package chain

import (
	"context"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	"golang.org/x/sync/errgroup"
)

// model is what all sightings together tell of the issued table, so that an
// edit can be told from the value that was edited.
type model struct {
	rowsOf       map[string]uint64
	columnsOf    map[string]map[string]bool
	issuedOrder  map[string]map[string]int
	issuedShape  map[string]map[string]uint64
	issuedHeader map[string]map[string]uint64
	issued       map[string]*roaring.Bitmap    // rows of the exports that have a sketch
	votes        map[string]map[string]*ballot // snapshot, column
}

// ballot holds, per row, the value that most sightings have: a majority vote
// (Boyer and Moore) unless it is certain what was issued.
type ballot struct {
	rows    []uint32
	hash    []uint16
	count   []int16
	certain []bool
}

func newModel(items []*copied) *model {
	m := &model{map[string]uint64{}, map[string]map[string]bool{}, map[string]map[string]int{}, map[string]map[string]uint64{},
		map[string]map[string]uint64{}, map[string]*roaring.Bitmap{}, map[string]map[string]*ballot{}}
	rows := map[string][]uint32{}
	for _, c := range items {
		for key, h := range c.tables {
			if c.export != "" && m.issued[key] == nil {
				m.issued[key] = roaring.New()
			}
			if c.export != "" {
				m.issued[key].Or(h.rows)
			}
			if !h.rows.IsEmpty() {
				m.rowsOf[key] = max(m.rowsOf[key], uint64(h.rows.Maximum())+1)
			}
			if m.columnsOf[key] == nil {
				m.columnsOf[key] = map[string]bool{}
			}
			for _, col := range h.cols {
				m.columnsOf[key][col.Name] = true
			}
			rows[key] = append(rows[key], h.sample...)
		}
	}
	for key, list := range rows {
		slices.Sort(list)
		list = slices.Compact(list)
		m.votes[key] = map[string]*ballot{}
		for name := range m.columnsOf[key] {
			m.votes[key][name] = &ballot{list, make([]uint16, len(list)), make([]int16, len(list)), make([]bool, len(list))}
		}
	}
	for _, c := range items {
		for key, h := range c.tables {
			m.vote(key, h, c.export != "")
		}
	}
	m.layout(items)
	return m
}

func (m *model) vote(key string, h *held, issued bool) {
	for k, col := range h.cols {
		b := m.votes[key][col.Name]
		at := 0
		for i, row := range h.sample {
			for b.rows[at] != row {
				at++
			}
			v, known := h.hashes[i*len(h.cols)+k], h.known[i]>>k&1 == 1
			edited := h.edited[i]>>k&1 == 1
			switch {
			case issued || known && !edited:
				b.hash[at], b.certain[at] = v, true
			case b.certain[at] || known && edited:
			case b.count[at] == 0:
				b.hash[at], b.count[at] = v, 1
			case b.hash[at] == v:
				b.count[at]++
			default:
				b.count[at]--
			}
		}
	}
}

// knowsIssued reports whether it is known of most cells what was issued: from
// the link index, or from the export's own sketch.
func (m *model) knowsIssued() bool {
	certain, all := 0, 0
	for _, columns := range m.votes {
		for _, b := range columns {
			for i, c := range b.certain {
				if c || b.count[i] > 0 {
					all++
				}
				certain += int(bit(c))
			}
		}
	}
	return 2*certain >= all
}

// layout takes order, headers and spelling of the columns from the export, or
// from the sighting with the most columns and rows.
func (m *model) layout(items []*copied) {
	for key := range m.columnsOf {
		var best *held
		issued := false
		for _, c := range items {
			h := c.tables[key]
			if h == nil || issued && c.export == "" {
				continue
			}
			if best == nil || c.export != "" && !issued || len(h.cols) > len(best.cols) ||
				len(h.cols) == len(best.cols) && h.rows.GetCardinality() > best.rows.GetCardinality() {
				best, issued = h, c.export != ""
			}
		}
		order, shapes, headers := map[string]int{}, map[string]uint64{}, map[string]uint64{}
		for k, col := range best.cols {
			order[col.Name], shapes[col.Name], headers[col.Name] = k, col.Shape, col.Header
		}
		m.issuedOrder[key], m.issuedShape[key], m.issuedHeader[key] = order, shapes, headers
	}
}

// edited reports whether a cell differs from what was issued, as far as that
// is known or the majority of sightings tells.
func (m *model) edited(key string, h *held, i, k int, row uint32, v uint16) bool {
	if h.known[i]>>k&1 == 1 {
		return h.edited[i]>>k&1 == 1
	}
	b := m.votes[key][h.cols[k].Name]
	at, ok := slices.BinarySearch(b.rows, row)
	if !ok || !b.certain[at] && b.count[at] == 0 {
		return false
	}
	return b.hash[at] != v
}

// universe is how many rows the snapshots of a copy have, at the least.
func (m *model) universe(c *copied) (n uint64) {
	for key := range c.tables {
		n += m.rowsOf[key]
	}
	return n
}

// scores are the costs of all derivations among the items.
type scores struct {
	items []*copied
	steps [][]derivation // from, to
	cost  [][]float64    // with marks, time and facts
}

// score accounts for every ordered pair. prior adds what is known beside the
// content: marks, times and statements.
func (m *model) score(ctx context.Context, items []*copied, allowed func(from, to int) bool, prior func(from, to int) float64) (*scores, error) {
	s := &scores{items: items}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for i := range items {
		s.steps = append(s.steps, make([]derivation, len(items)))
		s.cost = append(s.cost, make([]float64, len(items)))
		g.Go(func() error {
			for j := range items {
				if err := ctx.Err(); err != nil {
					return err
				}
				if s.cost[i][j] = math.Inf(1); i != j && allowed(i, j) {
					s.steps[i][j] = m.derive(items[i], items[j])
					s.cost[i][j] = s.steps[i][j].cost + prior(i, j)
				}
			}
			return nil
		})
	}
	return s, g.Wait()
}
