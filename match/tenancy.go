package match

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"strings"
	"time"

	"telltale/canary"
	"telltale/canary/recognise"
	"telltale/internal/identity"
	"telltale/internal/stat"
	"telltale/store"
)

// A contact of the pool may serve one copy after another. The copies that had
// it stay where they are, so whoever calls it may have it from any of them: by
// itself it is evidence on none, for or against, from the moment on when the
// second one was given it. What was seen before that can only come from the first.

// tenancy is who holds or held the contacts that served several copies.
type tenancy map[canary.Cell][]tenant

// tenant is a holder of a contact.
type tenant struct {
	dataset   string
	recipient string    // "" for the canaries that several copies of the dataset have
	since     time.Time // zero for the first
	ours      bool      // the canary at hand is his
}

// everybody is the recipient in the owner of a shared canary's contacts.
const everybody = "*"

// loadTenancy reads the pool. Two contacts of one value, as pools of two keys
// may have them, are one.
func loadTenancy(tx store.Tx, keys Keys) (tenancy, error) {
	contacts, err := tx.Contacts("")
	if err != nil {
		return nil, err
	}
	writers, err := tx.Keys()
	if err != nil || len(writers) == 0 && !slices.ContainsFunc(contacts, func(c store.Contact) bool { return len(c.Terms) > 0 }) {
		return nil, err
	}
	out := tenancy{}
	for _, c := range contacts {
		holders := c.Holders()
		if len(holders) == 0 {
			continue
		}
		plain, err := keys.Open("contact", c.Kind, c.Sealed)
		if err != nil {
			return nil, err
		}
		at := canary.Cell{Kind: identity.Kind(c.Kind), Value: string(plain)}
		for _, h := range holders {
			out[at] = append(out[at], tenantOf(h))
		}
	}
	for at, list := range out {
		slices.SortStableFunc(list, func(a, b tenant) int { return a.since.Compare(b.since) })
		if list = distinct(list); len(list) < 2 {
			delete(out, at)
		} else {
			out[at] = list
		}
	}
	return out, nil
}

func tenantOf(t store.Term) tenant {
	dataset, recipient, _ := strings.Cut(t.Copies(), "/")
	x := tenant{since: t.Since}
	x.dataset, _ = url.PathUnescape(dataset)
	if recipient != everybody {
		x.recipient, _ = url.PathUnescape(recipient)
	}
	return x
}

func (t tenant) same(u tenant) bool { return t.dataset == u.dataset && t.recipient == u.recipient }

// distinct keeps every tenant as he was first.
func distinct(list []tenant) (out []tenant) {
	for _, t := range list {
		if !slices.ContainsFunc(out, t.same) {
			out = append(out, t)
		}
	}
	return out
}

// until are those who had the contact by a time; all at an unknown one.
func until(list []tenant, at time.Time) []tenant {
	return slices.DeleteFunc(slices.Clone(list), func(t tenant) bool { return !at.IsZero() && t.since.After(at) })
}

// under is the tenancy as values are written in a locale.
func (t tenancy) under(locale string) tenancy {
	out := maps.Clone(t)
	for c, list := range t {
		for _, form := range identity.HashForms(c.Kind, c.Value) {
			if v, ok := identity.Canonical(c.Kind, form, locale); ok {
				out[canary.Cell{Kind: c.Kind, Value: v}] = list
			}
		}
	}
	return out
}

// lent are the contacts of a planted canary that serve or served others too, by
// the number of its identity.
type lent map[int][]tenant

// lend notes which contacts serve or served others too.
func (d *dataset) lend(all tenancy) {
	if len(all) == 0 {
		return
	}
	all = all.under(d.locale)
	for i := range d.planted {
		p := &d.planted[i]
		for n, id := range p.canary.Identities {
			list := slices.Clone(all[canary.Cell{Kind: id.Kind, Value: id.Value}])
			for k, t := range list {
				list[k].ours = t.dataset == d.name && (p.canary.Shared && t.recipient == "" || !p.canary.Shared && slices.Contains(p.recipients, t.recipient))
			}
			if len(list) > 0 {
				if p.lent == nil {
					p.lent = lent{}
				}
				p.lent[n] = list
			}
		}
	}
}

// alone reports whether an identity was its canary's and no other's.
func (l lent) alone(identity int, at time.Time) bool {
	list, several := l[identity]
	if !several {
		return true
	}
	list = until(list, at)
	return len(list) == 1 && list[0].ours
}

// tooEarly reports whether all of these identities were others' alone by then.
func (l lent) tooEarly(matched []int, at time.Time) bool {
	return !slices.ContainsFunc(matched, func(i int) bool {
		list, several := l[i]
		return !several || slices.ContainsFunc(until(list, at), func(t tenant) bool { return t.ours })
	})
}

// own is what a sight shows without the contacts that others had by then. Where
// it may rest on the nearness of one of these, what is left loses as much as
// nearness costs.
func (p *planted) own(s sighted, at time.Time, text bool) sighted {
	if len(p.lent) == 0 {
		return s
	}
	left := slices.DeleteFunc(slices.Clone(s.Matched), func(i int) bool { return !p.lent.alone(i, at) })
	if len(left) == len(s.Matched) {
		return s
	}
	bits := canary.Together(p.canary, left)
	if text || s.Message {
		bits -= recognise.NearBits * float64(len(left))
	}
	s.Matched, s.Bits = left, max(0, min(s.Bits, bits))
	return s
}

// owned is what a reading shows of a dataset without the contacts that several
// copies had by then. These are noted.
func (d *decision) owned(s *dataset, r *Reading) *observed {
	own, all := *r.datasets[s.name], d.all.observed(s.name)
	own.Canaries, own.Text = maps.Clone(own.Canaries), maps.Clone(own.Text)
	for i := range s.planted {
		p := &s.planted[i]
		if len(p.lent) == 0 {
			continue
		}
		if seen, ok := own.Canaries[p.id]; ok {
			all.reuse(p, seen, r.when(), p.null(seen, float64(max(1, d.all.looked))))
			own.Canaries[p.id] = p.own(seen, r.when(), false)
		}
		var texts []textSight
		for _, t := range own.Text[p.id] {
			seen := t.sighted()
			all.reuse(p, seen, r.when(), p.null(seen, float64(max(1, d.all.tried[t.Kind]))))
			left := p.own(seen, r.when(), true)
			t.Bits, t.Matched = left.Bits, left.Matched
			texts = append(texts, t)
		}
		if texts != nil {
			own.Text[p.id] = texts
		}
	}
	return &own
}

// Reused is a contact that was seen and served several copies by then.
type Reused struct {
	Kind    string   `json:"kind"`     // phone or email
	Contact string   `json:"contact"`  // masked
	Holders []Holder `json:"holders"`  // by when they got it
	Log10LR float64  `json:"log10_lr"` // that one of the copies, whichever, is a source; a model of equal chances gives each holder its part

	each float64 // the part of a holder, natural logarithm
}

// Holder is a copy that a reused contact stands in.
type Holder struct {
	Dataset   string `json:"dataset"`
	Recipient string `json:"recipient"` // "" for all copies of the dataset that have the shared canary
	Since     string `json:"since"`     // "" for the first
}

// reusedSight is a reused contact as it was seen.
type reusedSight struct {
	by   []tenant
	null float64 // had it been one copy's alone
}

func (s reusedSight) tells(more reusedSight) bool {
	return cmp.Or(cmp.Compare(len(s.by), len(more.by)), cmp.Compare(more.null, s.null)) >= 0
}

// reuse notes the contacts of a sight that several had by then. null is that of
// the sight had they been one copy's alone.
func (o *observed) reuse(p *planted, s sighted, at time.Time, null float64) {
	for _, i := range s.Matched {
		list := until(p.lent[i], at)
		if len(list) < 2 || null >= maxNull {
			continue
		}
		if o.reused == nil {
			o.reused, o.undecided = map[canary.Cell]reusedSight{}, map[sightedID]bool{}
		}
		o.undecided[p.id] = true
		id := p.canary.Identities[i]
		c, sight := canary.Cell{Kind: id.Kind, Value: id.Value}, reusedSight{list, null}
		if was, ok := o.reused[c]; !ok || !was.tells(sight) {
			o.reused[c] = sight
		}
	}
}

// describeReused lists the reused contacts of all datasets, each once.
func (d *decision) describeReused() {
	all := map[canary.Cell]reusedSight{}
	for _, name := range sortedKeys(d.all.datasets) {
		for c, s := range d.all.datasets[name].reused {
			if was, ok := all[c]; !ok || !was.tells(s) {
				all[c] = s
			}
		}
	}
	for c, s := range all {
		e := -math.Log(max(s.null, math.SmallestNonzeroFloat64))
		r := Reused{Kind: string(c.Kind), Contact: identity.Mask(c.Kind, c.Value), Log10LR: stat.Log10(e), each: e - math.Log(float64(len(s.by)))}
		for _, t := range s.by {
			h := Holder{Dataset: t.dataset, Recipient: t.recipient}
			if !t.since.IsZero() {
				h.Since = t.since.UTC().Format(time.RFC3339)
			}
			r.Holders = append(r.Holders, h)
		}
		d.result.Reused = append(d.result.Reused, r)
	}
	slices.SortFunc(d.result.Reused, func(a, b Reused) int {
		return cmp.Or(cmp.Compare(b.Log10LR, a.Log10LR), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Contact, b.Contact))
	})
	d.splitReused()
}

// SourceReused is the line of contacts that served several copies: a part of
// what they say of all, by a model, in no bound.
const SourceReused = "reused-contact"

// splitReused gives each holder his part of the most telling contact.
func (d *decision) splitReused() {
	for i := range d.suspects {
		p := &d.suspects[i]
		best, n := math.Inf(-1), int64(0)
		for _, r := range d.result.Reused {
			if d.holds(r, p.Recipient) {
				best, n = max(best, r.each), n+1
			}
		}
		if n > 0 {
			p.ModelBased = append(p.ModelBased, EvidenceWeight{SourceReused, finite(stat.Log10(best)), n})
		}
	}
}

// holds reports whether a recipient is, or may be, among the holders.
func (d *decision) holds(r Reused, recipient string) bool {
	return slices.ContainsFunc(r.Holders, func(h Holder) bool {
		if h.Recipient != "" {
			return h.Recipient == recipient
		}
		s := d.engine.dataset(h.Dataset)
		return s != nil && slices.ContainsFunc(s.exports, func(x store.Export) bool { return x.Recipient == recipient && d.inTime(x) })
	})
}

// explainReused says whose the reused contacts were: those of the same holders
// together.
func (d *decision) explainReused() {
	var first []Reused
	more := map[string]int{}
	for _, r := range d.result.Reused {
		if who := r.in(); more[who] == 0 {
			first = append(first, r)
		}
		more[r.in()]++
	}
	for _, r := range first {
		what := r.Kind + " " + r.Contact
		if n := more[r.in()] - 1; n > 0 {
			what += fmt.Sprintf(" and %d more", n)
		}
		d.warn("reused: %s, which stood in %s. An old leak still leads there: from then on they are evidence on none of these copies by themselves", what, r.in())
	}
}

// in names the copies that a contact stands in.
func (r Reused) in() string {
	var names []string
	for _, h := range r.Holders {
		name := "the copies of " + h.Dataset + " issued to " + h.Recipient
		if h.Recipient == "" {
			name = "copies of " + h.Dataset + " to several"
		}
		if h.Since != "" {
			name += " (since " + h.Since[:len(time.DateOnly)] + ")"
		}
		names = append(names, name)
	}
	return strings.Join(names, ", then in ")
}
