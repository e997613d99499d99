package canary

import (
	"math"
	"slices"
)

// beginning is the row that a draft starts from, with a name in the place of
// the row's.
type beginning struct {
	row    int // of the sample
	donor  []string
	person person
	bits   [2]float64 // of given and family name
	named  bool
	box    mailbox // in the row's own habit
	tries  int     // that were looked at, of which this is the last
	enough bool    // the box is hard enough to guess
}

// addressTries is how many names are looked at for one whose address, made as
// the row makes its own, is hard enough to guess. More of them would show in the
// names: they are rarer and longer than others', address or no address.
const addressTries = 4

// start draws the real row to begin with, and a name that the table does not
// hold. Where the row has an address of mail, a few names are drawn for one
// whose address needs nothing that the table's own do not have.
func (d *draft) start() (named bool) {
	b := d.begin()
	if d.makesAddress(b) {
		b = d.reach(b, d.floor())
	}
	d.beginning = b
	d.cells = slices.Clone(b.donor)
	return b.named
}

// begin draws a row and a name; a row for which no name is found is left for another.
func (d *draft) begin() beginning {
	b := beginning{tries: 1}
	for range 16 {
		b.row = d.m.aRow(d.st)
		b.donor = d.m.mixer.mix(d.st, d.m.p.Sample[b.row].Cells)
		if d.name(&b) {
			break
		}
	}
	return b
}

// name draws a name for a row; ok is false where none of the tries is nobody's.
func (d *draft) name(b *beginning) (ok bool) {
	b.person, b.bits, ok = d.m.drawPerson(d.st, b.donor, 64)
	b.named = ok && b.person.given != "" && b.person.family != ""
	return ok
}

// makesAddress reports whether the row gets a local part at an owned domain.
func (d *draft) makesAddress(b beginning) bool {
	return len(d.m.emails) > 0 && len(d.contacts.Domains) > 0 && !blank(cell(b.donor, d.m.emails[0]))
}

// floor is the least surprise of an address before the choice among drafts.
func (d *draft) floor() float64 {
	return d.contacts.addressBits() + d.chooser.Bits
}

// reach looks at names until one's address reaches so many bits, which the
// choice among them lessens. If none does, the first stays.
func (d *draft) reach(first beginning, want float64) beginning {
	b := first
	for try := 1; try <= addressTries; try++ {
		h, least := d.m.habitOf(b.row), want+log2(float64(try))
		b.tries, b.box = try, mailbox{bits: h.most(b.bits)}
		if b.box.bits >= least {
			b.box = d.m.boxes.write(d.st, h, b.person, b.bits, 0)
		}
		if b.enough = b.box.bits >= least; b.enough {
			return b
		}
		d.name(&b)
	}
	return first
}

// most bounds the surprise of what a habit makes of a name, given the bits of
// its parts: nothing can be said of words.
func (h habit) most(bits [2]float64) float64 {
	sum := 0.0
	for _, m := range h {
		switch m.kind {
		case fullGiven, givenInitial:
			sum += bits[0]
		case fullFamily, familyInitial:
			sum += bits[1]
		case someDigits:
			sum += float64(m.n) * math.Log2(10)
		case someWord:
			return math.Inf(1)
		}
	}
	return sum
}

// habitOf is how a sampled row makes its address.
func (m *model) habitOf(row int) habit {
	if h := m.parsed[row]; h != nil {
		return h
	}
	return habit{{kind: fullGiven}, {kind: separator, text: "."}, {kind: fullFamily}}
}
