package canary

import (
	"strings"

	"telltale/internal/identity"
	"telltale/internal/key"
)

// ControlSet holds identities that were minted like a canary's and never
// issued. How many of them turn up measures how often a canary turns up
// without its copy being a source.
type ControlSet struct {
	n      int
	values map[uint64]struct{}
	counts map[identity.Kind]int // of different ones
}

// Controls derives n controls from the same name model, domains and phone
// ranges as the canaries. secret is the one labelled "control/DATASET".
// Every control has a full name; an e-mail address at one of the domains; and
// a phone that differs from one of the own phones, given in E.164, in its last four digits.
func Controls(p *Profile, secret key.Secret, n int, c Contacts) *ControlSet {
	s := &ControlSet{n: n, values: make(map[uint64]struct{}, 3*n), counts: map[identity.Kind]int{}}
	if len(p.Sample) == 0 {
		return s
	}
	m, st := p.ready(), secret.Stream("controls")
	own := map[string]bool{}
	for _, v := range c.Phones {
		own[onlyDigits(v)] = true
	}
	for range n {
		row := st.IntN(len(p.Sample))
		d := &draft{m: m, st: st, beginning: beginning{row: row, donor: p.Sample[row].Cells}}
		d.person = m.anybody(st, d.donor)
		s.addName(d)
		if len(c.Domains) > 0 {
			local := m.boxes.quick(st, m.parsed[row], d.person)
			s.add(identity.Email, strings.ToLower(local+"@"+c.Domains[st.IntN(len(c.Domains))]))
		}
		if len(c.Phones) > 0 {
			s.addPhone(st, c.Phones[st.IntN(len(c.Phones))], own)
		}
	}
	return s
}

// anybody draws a name without asking whether the table holds it.
func (m *model) anybody(st *key.Stream, donor []string) person {
	var p person
	if gs := m.givenFor(donor); !gs.empty() {
		p.given = gs.any(st)
	}
	if !m.families.empty() {
		p.family = m.families.any(st)
	}
	return p
}

// quick spells a local part as long as a canary's without measuring it: in
// full, with a further word or four digits.
func (b *mailboxes) quick(st *key.Stream, h habit, p person) string {
	h = b.fit(h, p)
	for step := range 3 {
		h = b.extend(h, p, step)
	}
	return b.spell(st, h, p)
}

func (s *ControlSet) add(k identity.Kind, v string) {
	h := entry(k, v)
	if _, known := s.values[h]; !known {
		s.values[h] = struct{}{}
		s.counts[k]++
	}
}

func (s *ControlSet) addName(d *draft) {
	if d.person.given == "" || d.person.family == "" {
		return
	}
	if isEastern(d.person.family) {
		s.add(identity.Name, d.person.family+d.person.given)
		return
	}
	if v, ok := identity.Canonical(identity.Name, d.person.given+" "+d.person.family, d.m.p.Locale); ok {
		s.add(identity.Name, v)
	}
}

// addPhone adds a number of an owned number's block, in E.164 as pools hold them.
func (s *ControlSet) addPhone(st *key.Stream, phone string, own map[string]bool) {
	out := []byte(phone)
	for i, n := len(out)-1, 0; i >= 0 && n < 4; i-- {
		if isDigit(out[i]) {
			out[i] = byte('0' + st.IntN(10))
			n++
		}
	}
	if v := string(out); !own[onlyDigits(v)] {
		s.add(identity.Phone, v)
	}
}

// Len is the number of controls.
func (s *ControlSet) Len() int { return s.n }

// Count is the number of different values of a kind that controls have: blocks
// of telephone numbers hold fewer than there are controls.
func (s *ControlSet) Count(k identity.Kind) int { return s.counts[k] }

// Has reports whether a canonical value is a control's: an e-mail address, a
// phone or a full name.
func (s *ControlSet) Has(k identity.Kind, canonical string) bool {
	_, ok := s.values[entry(k, canonical)]
	return ok
}
