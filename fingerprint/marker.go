package fingerprint

import (
	"encoding/binary"
	"fmt"
	"math"
	"net/url"
	"slices"

	"telltale/fingerprint/code"
	"telltale/internal/identity"
	"telltale/internal/key"
)

// RowKey names a row of a dataset. It is a keyed hash of the row's key
// columns, the same in every file and format that the row turns up in.
type RowKey [16]byte

// Site is a cell that may carry a mark: a row and a column. Sites are common
// to all recipients of a dataset.
type Site struct {
	ID     [16]byte
	Column int    // index into Scheme.Columns
	U      uint32 // uniform; the site is marked at density d iff U < Threshold(d)
	Bias   uint32 // P(word bit = 1), in units of 2^-32
	Mask   uint8  // 0 or 1; label = word bit xor Mask
}

// up says which neighbour is tried first: a keyed coin, so that the mean of a
// column does not drift.
func (s Site) up() bool { return s.ID[8]&2 != 0 }

// Threshold is the bound on Site.U at which the share density of all sites is
// marked, to within 2^-32.
func Threshold(density float64) uint32 {
	switch {
	case !(density > 0):
		return 0
	case density >= 1:
		return math.MaxUint32
	}
	return uint32(density * (1 << 32))
}

// KeyError is a row that cannot be named.
type KeyError struct{ Column, Msg string }

func (e *KeyError) Error() string { return fmt.Sprintf("key column %q: %s", e.Column, e.Msg) }

// Marker derives the marks of a dataset. It is not for concurrent use: every
// goroutine takes its own by Fork.
type Marker struct {
	scheme  Scheme
	dataset string
	master  key.Root
	rows    key.Secret
	hasher  *key.Hasher
	columns []track
	keys    []int
	parts   []string
	joint   jointModels
	noted   []int // columns, ascending
}

// track is a column that carries marks, ready for use.
type track struct {
	index   int
	site    key.PRF
	carrier Carrier
	ranker  ranker
	sorted  bool
	noted   bool
	limits  limits
}

// New returns the marker of dataset under a scheme, or a *PolicyError.
func New(s Scheme, dataset string, master key.Root) (*Marker, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	m := &Marker{scheme: s, dataset: dataset, master: master, columns: make([]track, len(s.Columns))}
	m.scheme.Columns = slices.Clone(s.Columns)
	m.rows = master.Derive("row/" + url.PathEscape(dataset))
	m.hasher = m.rows.Hasher()
	for i, c := range s.Columns {
		if c.Key {
			m.keys = append(m.keys, i)
		}
		t, err := newTrack(i, c, s.Locale)
		if err != nil {
			return nil, err
		}
		t.site = master.Derive("site/" + url.PathEscape(dataset) + "/" + url.PathEscape(c.Name)).PRF()
		m.columns[i] = t
		if t.noted {
			m.noted = append(m.noted, i)
		}
	}
	m.parts = make([]string, len(m.keys))
	joint, err := newJointModels(s.Joint, m.scheme.Columns)
	if err != nil {
		return nil, err
	}
	m.joint = joint
	return m, nil
}

func newTrack(index int, c Column, locale string) (track, error) {
	t := track{index: index, sorted: c.Sorted, noted: c.Noted}
	if !c.marked() {
		return t, nil
	}
	var err error
	if t.carrier, err = ParseCarrier(c.Carrier, locale); err != nil {
		return t, err
	}
	t.ranker = rankerOf(t.carrier)
	t.limits, err = newLimits(c, t.carrier)
	return t, err
}

// Fork returns a marker that derives the same and may be used at the same
// time by another goroutine.
func (m *Marker) Fork() *Marker {
	f := *m
	f.hasher = m.rows.Hasher()
	f.parts = make([]string, len(m.keys))
	f.joint = m.joint.fork()
	return &f
}

// Scheme returns the scheme that m marks by.
func (m *Marker) Scheme() Scheme {
	s := m.scheme
	s.Columns = slices.Clone(s.Columns)
	return s
}

// RowKey names the row with these cells, in the order of the scheme's
// columns. It returns a *KeyError when a key cell is missing or blank.
func (m *Marker) RowKey(cells []string) (RowKey, error) {
	for i, at := range m.keys {
		c := &m.scheme.Columns[at]
		if at >= len(cells) {
			return RowKey{}, &KeyError{c.Name, "the row is too short to have one"}
		}
		part, ok := keyPart(c.Kind, cells[at], m.scheme.Locale)
		if !ok {
			return RowKey{}, &KeyError{c.Name, "the cell is empty"}
		}
		m.parts[i] = part
	}
	return m.hasher.Sum128(m.parts...), nil
}

// keyPart is the canonical form of a key cell. A value that is not of its
// column's kind counts as written, folded, and never equals a canonical one.
func keyPart(k identity.Kind, v, locale string) (string, bool) {
	if k == "" {
		k = identity.Text
	}
	if s, ok := identity.Canonical(k, v, locale); ok {
		return s, true
	}
	folded := fold(nil, v)
	if len(folded) == 0 {
		return "", false
	}
	return "\x00" + string(folded), true
}

// Site returns the site of a row in a column, whether or not the cell there
// can carry a mark.
func (m *Marker) Site(k RowKey, column int) Site {
	return m.site(m.columns[column].site.Block(k), column)
}

// density returns Site.U of a block.
func density(block *[16]byte) uint32 { return binary.BigEndian.Uint32(block[0:]) }

func (m *Marker) site(b [16]byte, column int) Site {
	s := Site{ID: b, Column: column, U: density(&b), Mask: b[8] & 1}
	u := binary.BigEndian.Uint32(b[4:])
	if m.columns[column].noted {
		s.Bias = notedBias(m.scheme.coalition(), u)
	} else {
		s.Bias = uint32(code.Pick(m.scheme.coalition(), u))
	}
	return s
}
