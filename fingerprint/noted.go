package fingerprint

import (
	"math"

	"telltale/fingerprint/code"
)

// Biases of noted columns. Where the original is the value that most copies
// hold, a site changes a copy with the probability min(p, 1-p) instead of 1/2,
// and what it tells of a coalition for each changed cell grows as p moves away
// from 1/2, until majorities hide it. At 0.15 five sources are told from a third
// fewer changed cells than at the 0.21 that codewords have for four.
const (
	sparseLow       = 644245094  // 0.15, in units of 2^-32
	sparseHigh      = 3650722202 // 0.85
	sparseCoalition = 6          // coalitions that they are meant for
)

// notedBias is the bias that the uniform number u draws at a site of a noted
// column.
func notedBias(coalition int, u uint32) uint32 {
	if coalition > sparseCoalition {
		return uint32(code.Pick(coalition, u))
	}
	if u < 1<<31 {
		return sparseLow
	}
	return sparseHigh
}

// mostlyOne tells whether most words have a one at s.
func (s Site) mostlyOne() uint8 {
	if s.Bias > math.MaxUint32/2 {
		return 1
	}
	return 0
}

// Note is what the link index keeps of a cell of a noted column: 0 to 3. It is
// padded with a keyed number: who lacks the key learns nothing from it.
type Note uint8

// Noted are the columns that take notes, ascending.
func (m *Marker) Noted() []int { return m.noted }

// Notes appends one note for each noted column of a row: whether a mark can be
// made there, at any density, and the label of the original.
func (m *Marker) Notes(dst []Note, k RowKey, prev, cells, next []string) []Note {
	if len(m.noted) == 0 {
		return dst
	}
	m.joint.begin(cells)
	for _, i := range m.noted {
		t := &m.columns[i]
		s := m.site(t.site.Block(k), i)
		n := Note(0)
		if t.carrier != nil && i < len(cells) {
			if mark, ok := m.mark(t, s, prev, cells, next); ok {
				n = 1 + Note(mark.Label)
			}
		}
		dst = append(dst, n^s.pad())
	}
	return dst
}

func (s Site) pad() Note { return Note(s.ID[9] & 3) }

// original is the label that a note keeps; ok is false where no mark can be.
func (s Site) original(n Note) (label uint8, ok bool) {
	n ^= s.pad()
	return uint8(n - 1), n == 1 || n == 2
}

// NotedSite is the site of a cell of a noted column: its mask is that of the
// note, and where no mark can be made it is marked at no density.
func (m *Marker) NotedSite(k RowKey, column int, n Note) Site {
	s := m.Site(k, column)
	original, marked := s.original(n)
	if s.Mask = original ^ s.mostlyOne(); !marked {
		s.U, s.Mask = math.MaxUint32, 0
	}
	return s
}

// ReadNoted is Read for a cell of a noted column, with the note of its row.
// Cells without marks are told from those with, so ok is false for them.
func (m *Marker) ReadNoted(k RowKey, column int, value string, n Note) (s Site, symbol uint8, ok bool) {
	t := &m.columns[column]
	if t.carrier == nil {
		return Site{}, 0, false
	}
	s = m.Site(k, column)
	original, marked := s.original(n)
	if !marked {
		return Site{}, 0, false
	}
	rank, ok := t.ranker.Rank(value)
	if !ok {
		return Site{}, 0, false
	}
	s.Mask = original ^ s.mostlyOne()
	return s, label(rank) ^ s.Mask, true
}
