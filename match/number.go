package match

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"telltale/canary"
	"telltale/canary/alias"
	"telltale/fingerprint"
	"telltale/fingerprint/code"
	"telltale/internal/identity"
	"telltale/store"
)

// numberBook reads the numbers of the pool that stand for persons of a dataset.
// Of each batch of the pool it counts the numbers that the lot could have given
// to a person: those of canaries and of other datasets are left out, and where
// some were retired the free ones too.
type numberBook struct {
	list    []poolNumber // by number
	at      map[string]int
	tails   map[string]bool // last digits, to pass over other numbers quickly
	batches map[int64]*batch
}

type poolNumber struct {
	number    string // canonical
	lookup    uint64
	batch     int64  // when it was added
	recipient string // "" while it is free
	place     string
	person    string // canonical number that it stands for; "" when no snapshot has it
}

type batch struct {
	total   int
	own     map[string]int // recipient -> numbers
	free    int
	retired bool
}

// kindPhone is the kind of pool contacts that are numbers.
const kindPhone = "phone"

func (d *dataset) showsNumbers() bool {
	return slices.ContainsFunc(d.layers, func(l *layer) bool {
		return slices.ContainsFunc(l.scheme.Columns, func(c fingerprint.Column) bool { return c.Alias == fingerprint.AliasPool })
	})
}

// loadNumbers opens the pool of a dataset whose copies show numbers from it.
func (d *dataset) loadNumbers(tx store.Tx, keys Keys) error {
	if !d.showsNumbers() {
		return nil
	}
	contacts, err := tx.Contacts(kindPhone)
	if err != nil {
		return err
	}
	b := &numberBook{at: map[string]int{}, tails: map[string]bool{}, batches: map[int64]*batch{}}
	places := alias.NewNumbers(d.name, d.eldest().steady)
	for _, c := range contacts {
		n := poolNumber{lookup: c.Lookup, batch: c.AddedAt.UnixMicro(), place: c.Owner}
		recipient, ours := places.Recipient(c.Owner)
		b.count(n.batch, c.Owner, recipient, ours)
		if n.recipient = recipient; c.Owner != "" && !ours {
			continue
		}
		number, err := keys.Open("contact", kindPhone, c.Sealed)
		if err != nil {
			return err
		}
		n.number = string(number)
		b.list = append(b.list, n)
	}
	slices.SortFunc(b.list, func(x, y poolNumber) int { return cmp.Compare(x.number, y.number) })
	at := map[string][]int{} // several where one was retired
	for i, n := range b.list {
		b.at[n.number], at[n.place] = i, append(at[n.place], i)
	}
	d.numbers = b
	b.addForms(d.locale)
	return d.namePersons(tx, at)
}

// addForms adds the spellings that the locale does not turn into the number,
// but for those that are another's.
func (b *numberBook) addForms(locale string) {
	for i, n := range b.list {
		b.tails[tail(n.number)] = true
		for _, form := range identity.HashForms(identity.Phone, n.number) {
			v, ok := identity.Canonical(identity.Phone, form, locale)
			if _, taken := b.at[v]; ok && !taken {
				b.at[v] = i
			}
		}
	}
}

// count adds a number to its batch.
func (b *numberBook) count(when int64, owner, recipient string, ours bool) {
	x := b.batches[when]
	if x == nil {
		x = &batch{own: map[string]int{}}
		b.batches[when] = x
	}
	switch {
	case ours:
		x.own[recipient]++
		x.total++
	case owner == "":
		x.free++
		x.total++
	default:
		x.retired = x.retired || !strings.Contains(owner, "/")
	}
}

// namePersons finds whom each number stands for, by its place.
func (d *dataset) namePersons(tx store.Tx, at map[string][]int) error {
	done := map[[2]string]bool{}
	for _, x := range d.exports {
		if done[[2]string{x.Recipient, x.Snapshot}] {
			continue
		}
		done[[2]string{x.Recipient, x.Snapshot}] = true
		places := alias.NewNumbers(d.name, d.familyOf(x.Scheme).steady)
		err := d.eachAliased(tx, x, identity.Phone, func(_ fingerprint.Column, v string) {
			for _, i := range at[places.Place(x.Recipient, v)] {
				d.numbers.list[i].person = v
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// tailDigits is how many digits numbers are looked up by before they are parsed.
const tailDigits = 6

func tail(number string) string {
	var digits []byte
	for i := len(number) - 1; i >= 0 && len(digits) < tailDigits; i-- {
		if c := number[i]; c >= '0' && c <= '9' {
			digits = append(digits, c)
		}
	}
	return string(digits)
}

// longestNumber is the longest cell that is taken for a number, in bytes.
const longestNumber = 64

func (b *numberBook) find(cell, locale string) (int, bool) {
	if b == nil || len(cell) < tailDigits || len(cell) > longestNumber {
		return 0, false
	}
	if t := tail(cell); len(t) == tailDigits && !b.tails[t] {
		return 0, false // full-width digits have no tail
	}
	v, ok := identity.Canonical(identity.Phone, cell, locale)
	if !ok {
		return 0, false
	}
	i, ok := b.at[v]
	return i, ok
}

// unaliasNumber reads a number: the person's own behind it when it is one of
// the pool that stands for somebody, else itself.
func (e *Engine) unaliasNumber(r *Reading, cell string) string {
	for _, d := range e.datasets {
		if i, ok := d.numbers.find(cell, d.locale); ok {
			r.dialled(d, i)
			return cmp.Or(d.numbers.list[i].person, cell)
		}
	}
	return cell
}

// dialled notes that a number of a dataset's book was seen.
func (r *Reading) dialled(d *dataset, i int) {
	n := d.numbers.list[i]
	r.observed(d.name).addCalled(map[uint64]bool{n.lookup: n.recipient != ""})
	r.shown(n.recipient)
}

func (o *observed) addCalled(seen map[uint64]bool) {
	if o.Called == nil && len(seen) > 0 {
		o.Called = map[uint64]bool{}
	}
	for lookup, person := range seen {
		o.Called[lookup] = o.Called[lookup] || person
	}
}

// calledPerson reports whether a number was seen that stands for a person.
func (o *observed) calledPerson() bool {
	return slices.Contains(slices.Collect(maps.Values(o.Called)), true)
}

// weigh weighs the numbers that were seen for a recipient, see code.DrawnLogE.
func (b *numberBook) weigh(recipient string, called map[uint64]bool) Weight {
	if b == nil || len(called) == 0 {
		return Weight{}
	}
	drawn := map[int64]*code.Drawn{}
	n := int64(0)
	for _, x := range b.list {
		of := b.batches[x.batch]
		if _, seen := called[x.lookup]; !seen || of.retired && x.recipient == "" {
			continue
		}
		if drawn[x.batch] == nil {
			drawn[x.batch] = &code.Drawn{Pool: of.size(), Own: of.own[recipient]}
		}
		drawn[x.batch].Hits++
		if x.recipient == recipient {
			drawn[x.batch].OwnHits++
			n++
		}
	}
	var list []code.Drawn
	for _, when := range slices.Sorted(maps.Keys(drawn)) {
		list = append(list, *drawn[when])
	}
	return Weight{LogE: code.DrawnLogE(list), N: n}
}

func (b *batch) size() int {
	if b.retired {
		return b.total - b.free
	}
	return b.total
}

// entries are a recipient's numbers with those behind them.
func (b *numberBook) entries(recipient string) (out []AliasEntry) {
	if b == nil {
		return nil
	}
	for _, n := range b.list {
		if n.recipient == recipient && n.person != "" {
			out = append(out, AliasEntry{identity.Phone, n.number, recipient, n.person})
		}
	}
	slices.SortFunc(out, func(x, y AliasEntry) int { return cmp.Compare(x.Address, y.Address) })
	return out
}

// asCanaries are the numbers as package recognise looks for identities, in
// their order.
func (b *numberBook) asCanaries() (out []canary.Planted) {
	if b == nil {
		return nil
	}
	for i, n := range b.list {
		id := canary.Identity{Kind: identity.Phone, Columns: []int{0}, Value: n.number}
		out = append(out, canary.Planted{Export: fmt.Sprint(i), Canary: canary.Canary{Cells: []string{n.number}, Identities: []canary.Identity{id}}})
	}
	return out
}
