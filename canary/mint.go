package canary

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"telltale/internal/identity"
	"telltale/internal/key"
)

// Mint fabricates canaries 0..n-1. secret is the one labelled
// "canary/DATASET/RECIPIENT". Canary i depends on the profile, the secret, the
// contacts and i, not on n. It returns *ExhaustedError when contacts lack.
func (p *Profile) Mint(secret key.Secret, n int, c Contacts) ([]Canary, error) {
	return p.mint(secret, n, c, false)
}

// MintShared fabricates the canaries that several copies may carry; secret is
// the one labelled "canary-shared/DATASET". Which copy carries which is the
// codeword's business: see SharedSite.
func (p *Profile) MintShared(secret key.Secret, n int, c Contacts) ([]Canary, error) {
	return p.mint(secret, n, c, true)
}

// SharedSite is the site of shared canary slot: the input of the PRF that
// decides bias and word bit, as the ID of a fingerprint site does for a cell.
func SharedSite(slot int) [16]byte {
	var id [16]byte
	copy(id[:], "canary")
	binary.BigEndian.PutUint64(id[8:], uint64(slot))
	return id
}

func (p *Profile) mint(secret key.Secret, n int, c Contacts, shared bool) ([]Canary, error) {
	if n <= 0 {
		return nil, nil
	}
	if len(p.Sample) == 0 {
		return nil, fmt.Errorf("mint: the profile has no rows")
	}
	if err := p.suffice(n, c); err != nil {
		return nil, err
	}
	m := p.ready()
	chooser := p.chooser(c.addressBits())
	taken, keys, used := map[int64]bool{}, map[string]bool{}, map[uint64]bool{}
	var out []Canary
	for len(out) < n {
		d := &draft{m: m, chooser: chooser, contacts: c, slot: len(out), of: n, shared: shared, taken: taken, keys: keys, used: used}
		if err := d.choose(secret); err != nil {
			return nil, err
		}
		d.use(d.cells)
		out = append(out, Canary{
			Slot: d.slot, Shared: shared, Cells: d.cells, Origins: d.origins,
			Identities: m.identities(d.cells, d.notes), Place: d.place,
		})
		out = append(out, d.echoes()...)
	}
	return out[:n], nil
}

// suffice checks the pools before anything is drawn. A pool that is empty may
// be done without; one that holds fewer contacts than canaries may not.
func (p *Profile) suffice(n int, c Contacts) error {
	r := findRoles(p.Columns)
	if len(r.phones) > 0 && len(c.Phones) > 0 && len(c.Phones) < n {
		return &ExhaustedError{"phone", p.Columns[r.phones[0]].Name, n - len(c.Phones)}
	}
	if len(r.emails) == 0 || len(c.Domains) > 0 || len(c.Emails) >= n {
		return nil
	}
	name := p.Columns[r.emails[0]].Name
	if len(c.Emails) > 0 {
		return &ExhaustedError{"email", name, n - len(c.Emails)}
	}
	return &ExhaustedError{"domain", name, 1}
}

// draft is a canary in the making.
type draft struct {
	m        *model
	chooser  *chooser
	st       *key.Stream
	contacts Contacts
	slot, of int
	shared   bool
	rough    bool // cells only, without phones and without identities
	keys     map[string]bool
	taken    map[int64]bool  // vacant numbers of this copy's other canaries
	used     map[uint64]bool // what its earlier canaries hold and none may repeat
	place    float64
	beginning
	cells   []string
	notes   []note
	origins []Source
}

// drawRow is the draw of the real row that a canary starts from. All cells that
// are kept come from it: together they are worth no more than the rarest.
const drawRow = "row"

// note is an identity whose value is read off the finished cells.
type note struct {
	kind    identity.Kind
	columns []int
	parts   []Part
	hidden  bool // of use beside others only
}

func (d *draft) note(k identity.Kind, columns []int, parts ...Part) {
	d.notes = append(d.notes, note{kind: k, columns: columns, parts: parts})
}

func (d *draft) origin(i int, o Origin) { d.origins = append(d.origins, Source{i, o}) }

// choose draws until the chooser keeps what was drawn: roughly first, and what
// is kept once more with its identities.
func (d *draft) choose(secret key.Secret) error {
	c, keep := d.chooser, secret.Stream(fmt.Sprintf("slot/%d/keep", d.slot))
	for try := 1; ; try++ {
		again := func() *key.Stream { return secret.Stream(fmt.Sprintf("slot/%d/%d", d.slot, try)) }
		if len(c.Rounds) > 0 && try%chooseTries != 0 {
			rough := &draft{m: d.m, chooser: c, st: again(), contacts: d.contacts, slot: d.slot, of: d.of, rough: true, used: d.used}
			if err := rough.fill(); err != nil {
				return err
			}
			if !c.keeps(c.traits.of(rough.cells, -1), keep) {
				continue
			}
		}
		d.st, d.notes, d.origins = again(), nil, nil
		if err := d.fill(); err != nil {
			return err
		}
		d.discount(c.Bits + log2(float64(d.tries)))
		if len(d.notes) > 0 || try >= 2*chooseTries { // a row without anything that identifies proves nothing
			d.number()
			return nil
		}
	}
}

// discount takes the bits off every identity by which the choice among drafts
// may have made it likelier. No choice looks at telephone numbers.
func (d *draft) discount(bits float64) {
	for k := range d.notes {
		if d.notes[k].kind == identity.Phone {
			continue
		}
		parts := slices.Clone(d.notes[k].parts)
		most := 0
		for j, p := range parts {
			if p.Bits > parts[most].Bits {
				most = j
			}
		}
		if len(parts) > 0 {
			parts[most].Bits = max(parts[most].Bits-bits, 0)
		}
		d.notes[k].parts = parts
	}
}

// fill draws the row: a real row first, then everything that identifies.
func (d *draft) fill() error {
	d.place = d.st.Float64()
	named := d.start()
	m := d.m
	m.wearName(d.cells, d.person)
	if named && !d.rough {
		d.noteName()
	}
	for _, i := range m.nationals {
		d.national(i)
	}
	for _, i := range m.serials {
		if !d.takesVacancy(i) {
			d.serial(i)
		}
	}
	d.address()
	for _, i := range m.orgs {
		d.organisation(i)
	}
	for _, i := range m.urls {
		d.web(i)
	}
	for k, i := range m.emails {
		d.email(k, i)
	}
	d.freshen()
	d.combine()
	if d.rough {
		return nil
	}
	for k, i := range m.phones {
		if err := d.phone(k, i); err != nil {
			return err
		}
	}
	d.noteBeside()
	return nil
}

// aRow draws a row of the sample, persons alike however many rows they have.
func (m *model) aRow(st *key.Stream) int {
	for {
		r := st.IntN(len(m.p.Sample))
		if n := len(m.clusters.around(r)); n == 1 || st.IntN(n) == 0 {
			return r
		}
	}
}

func (d *draft) noteName() {
	m := d.m
	cols := append(slices.Clone(m.given[:min(1, len(m.given))]), m.family[:min(1, len(m.family))]...)
	if len(cols) < 2 {
		cols = slices.Clone(m.name[:min(1, len(m.name))])
	}
	parts := []Part{{"given", d.bits[0]}, {"family", max(d.bits[1]+log2(m.accepted), 0)}}
	if !m.known(d.cells) {
		d.note(identity.Name, cols, parts...)
	}
	for _, i := range []int{m.city, m.postcode, m.date} {
		if i < 0 || blank(d.cells[i]) {
			continue
		}
		with := append(slices.Clone(parts), Part{drawRow, m.rarity(i, d.cells[i])})
		d.note(identity.Name, append(slices.Clone(cols), i), with...)
		if len(cols) == 2 && i == m.date && !m.sampled(d.cells, cols[1], i) { // a leak may hold the family name alone
			d.note(identity.Name, []int{cols[1], i}, with[1:]...)
		}
	}
}

// noteBeside notes the first serial number together with each cell that says
// something of the person: a number of few digits tells nothing by itself, and
// a leak may have dropped the family name.
func (d *draft) noteBeside() {
	at := slices.IndexFunc(d.notes, func(n note) bool { return n.kind == identity.Serial })
	if at < 0 || d.notes[at].hidden {
		return
	}
	number := d.notes[at]
	beside := func(i int, p Part) {
		if !blank(d.cells[i]) {
			d.note(identity.Serial, append(slices.Clone(number.columns), i), append(slices.Clone(number.parts), p)...)
		}
	}
	for _, i := range d.m.given[:min(1, len(d.m.given))] {
		beside(i, Part{"given", d.bits[0]})
	}
	for _, i := range d.m.family[:min(1, len(d.m.family))] {
		beside(i, Part{"family", max(d.bits[1]+log2(d.m.accepted), 0)})
	}
	for _, i := range []int{d.m.city, d.m.postcode, d.m.date} {
		if i >= 0 {
			beside(i, Part{drawRow, d.m.rarity(i, d.cells[i])})
		}
	}
}

// rarity is -log2 of the share of the sample that has the value.
func (m *model) rarity(i int, v string) float64 {
	n := 0
	for _, r := range m.p.Sample {
		if cell(r.Cells, i) == v {
			n++
		}
	}
	return -log2(float64(max(n, 1)) / float64(len(m.p.Sample)))
}

// email writes the k-th e-mail column: an own mailbox, or a local part in the
// row's own habit at an owned domain.
func (d *draft) email(k, i int) {
	m, old := d.m, d.cells[i]
	if blank(old) {
		return
	}
	if len(d.contacts.Domains) == 0 {
		per := pick(len(d.contacts.Emails) >= d.of*len(m.emails), len(m.emails), 1)
		d.cells[i] = d.contacts.Emails[d.slot*per+min(k, per-1)]
		d.origin(i, Pool)
		d.note(identity.Email, []int{i}, Part{fmt.Sprint("mailbox", k), d.mailboxBits(d.cells[i])})
		return
	}
	box := d.box
	if k > 0 || !d.enough {
		box = d.mailbox(k)
	}
	domain := d.contacts.Domains[d.st.IntN(len(d.contacts.Domains))]
	text := box.text + "@" + domain
	if up := strings.TrimSpace(old); strings.ToUpper(up) == up {
		text = strings.ToUpper(text)
	}
	d.cells[i] = dressPlain(old, text)
	d.origin(i, Pool)
	d.note(identity.Email, []int{i}, d.emailParts(box, k)...)
}

// mailbox draws a local part in a habit of the table, made longer where it
// would be guessed too easily.
func (d *draft) mailbox(k int) mailbox {
	m, h := d.m, d.m.habitOf(d.row)
	if n := len(m.boxes.habits); n > 0 && k > 0 {
		h = m.boxes.habits[d.st.IntN(n)]
	}
	return m.boxes.write(d.st, h, d.person, d.bits, d.floor()+log2(float64(d.tries)))
}

// dressPlain keeps the blanks around a cell, and nothing of its case.
func dressPlain(old, text string) string {
	t := strings.TrimSpace(old)
	at := strings.Index(old, t)
	return old[:at] + text + old[at+len(t):]
}

// emailParts splits the surprise of a local part into that of the names it
// spells and the rest, so that a name that agrees too is not counted twice.
func (d *draft) emailParts(box mailbox, k int) []Part {
	parts := []Part{}
	rest := box.bits
	share := func(draw string, name string, bits float64) {
		if name != "" && strings.Contains(box.text, name) {
			b := min(bits, rest)
			parts, rest = append(parts, Part{draw, b}), rest-b
		}
	}
	share("family", fold(d.person.family), max(d.bits[1]+log2(d.m.accepted), 0))
	share("given", fold(d.person.given), d.bits[0])
	if n := len(d.contacts.Domains); n > 1 {
		parts = append(parts, Part{fmt.Sprint("domain", k), log2(float64(n))})
	}
	return append(parts, Part{fmt.Sprint("mailbox", k), rest})
}

// mailboxBits guesses the surprise of an own mailbox, which was not drawn
// here, by how the table's words would spell it: 4 to 30 bits.
func (d *draft) mailboxBits(address string) float64 {
	local, _, _ := strings.Cut(strings.ToLower(address), "@")
	p := d.m.boxes.chance(parseMailbox(local, person{}), local)
	if p <= 0 {
		return 20
	}
	return min(max(-math.Log2(p), 4), 30)
}

// combine is for tables without any other identity: numbers that nearly every
// row has for itself are drawn anew, and the cells together are the identity.
func (d *draft) combine() {
	m := d.m
	if len(m.combination) == 0 {
		return
	}
	var parts []Part
	var fresh, kept []int
	for _, i := range m.combination {
		g := m.numbers[i]
		if g == nil || blank(d.cells[i]) || m.counts[i][d.cells[i]] > 1 {
			kept = append(kept, i)
			continue
		}
		if v, bits, ok := g.draw(d.st, d.cells[i]); ok && !(m.single[i] && d.repeats(i, v)) {
			d.cells[i] = v
			parts, fresh = append(parts, Part{"number " + m.p.Columns[i].Name, bits}), append(fresh, i)
		} else {
			kept = append(kept, i)
		}
	}
	if d.rough {
		return
	}
	all := append(slices.Clone(fresh), kept...)
	whole := append(slices.Clone(parts), Part{drawRow, m.rarityOf(kept, d.donor)})
	if m.holds(d.cells) {
		all = append(append([]int(nil), m.key...), all...)
		for _, n := range d.notes {
			if n.kind == identity.Serial {
				whole = append(whole, n.parts...)
			}
		}
	}
	d.note(identity.Text, all, whole...)
	if len(fresh) > 0 && len(kept) > 3 {
		some := append(slices.Clone(fresh), kept[:3]...)
		d.note(identity.Text, some, append(slices.Clone(parts), Part{drawRow, m.rarityOf(kept[:3], d.donor)})...)
	}
}

// holds reports whether a row has all cells of the combination.
func (m *model) holds(cells []string) bool {
	want := entry(identity.Text, m.combined(cells, m.combination, m.p.Locale))
	return m.p.Seen.has(want) || m.combinations[want]
}

// learnCombinations hashes the combinations of the sample: what a table has instead of
// identities may have been settled after it was read.
func (m *model) learnCombinations() {
	m.combinations = map[uint64]bool{}
	for _, r := range m.p.Sample {
		if len(m.combination) > 0 {
			m.combinations[entry(identity.Text, m.combined(r.Cells, m.combination, m.p.Locale))] = true
		}
	}
}

// sampled reports whether a row of the sample has the same cells in columns.
func (m *model) sampled(cells []string, columns ...int) bool {
	return slices.ContainsFunc(m.p.Sample, func(r Row) bool {
		for _, i := range columns {
			if !strings.EqualFold(strings.TrimSpace(cell(r.Cells, i)), strings.TrimSpace(cells[i])) {
				return false
			}
		}
		return true
	})
}

// rarityOf is -log2 of the share of the sample that has all these cells.
func (m *model) rarityOf(cols []int, cells []string) float64 {
	n := 0
	for _, r := range m.p.Sample {
		same := true
		for _, i := range cols {
			same = same && r.Cells[i] == cells[i]
		}
		if same {
			n++
		}
	}
	return -log2(float64(max(n, 1)) / float64(len(m.p.Sample)))
}

// identities reads the identities off the finished cells.
func (m *model) identities(cells []string, notes []note) []Identity {
	var out []Identity
	for _, n := range notes {
		if n.hidden {
			continue
		}
		id := Identity{Kind: n.kind, Columns: n.columns, Parts: n.parts}
		for _, p := range n.parts {
			id.Bits += p.Bits
		}
		var ok bool
		if id.Value, ok = m.value(n.kind, n.columns, cells); ok {
			out = append(out, id)
		}
	}
	return out
}

// value is the canonical value of an identity: of its kind when it is one
// cell, else the canonical cells by the kinds of their columns, joined.
func (m *model) value(k identity.Kind, columns []int, cells []string) (string, bool) {
	if len(columns) == 1 {
		return canonical(k, cells[columns[0]], m.p.Locale)
	}
	var parts []string
	for _, i := range columns {
		if v, ok := canonical(m.p.Columns[i].Kind, cells[i], m.p.Locale); ok {
			parts = append(parts, v)
		}
	}
	return strings.Join(parts, Separator), len(parts) > 0
}
