package match

import (
	"slices"
	"strings"

	"telltale/canary/alias"
	"telltale/fingerprint"
	"telltale/internal/identity"
	"telltale/internal/key"
)

// Forgotten is what the registry may know people by who are to be forgotten.
type Forgotten struct {
	Keys     map[string]map[fingerprint.RowKey]bool // of their rows, by dataset
	Rows     map[string]map[uint32]bool             // their numbers, by snapshot
	Steady   map[string][]key.Root                  // what aliases of a dataset are derived from; see Keys
	Contacts []string                               // canonical, each after its kind and a colon
}

// LostReading is what a sighting tells no more.
type LostReading struct {
	Rows    int  `json:"rows"`    // of ours that were linked
	Marks   int  `json:"marks"`   // cells of theirs in which a mark was read
	Message bool `json:"message"` // it was to one of the people
}

// Forget takes people out of a reading: the rows that were linked to theirs with
// what was read from them, the aliases, contacts and recipients that are theirs,
// and their part of the sketch. Counts stay. It reports whether anything changed.
func (r *Reading) Forget(master key.Root, f Forgotten) (lost LostReading, changed bool) {
	if r.Sketch != nil {
		changed = r.Sketch.Forget(master.Derive("sketch").Hasher(), f.Rows, f.Contacts)
	}
	for _, name := range sortedKeys(r.datasets) {
		o := r.datasets[name]
		for _, v := range sortedKeys(o.Layers) {
			rows, marks := o.Layers[v].forget(f.Keys[name])
			lost.Rows, lost.Marks = lost.Rows+rows, lost.Marks+marks
		}
		for _, steady := range f.Steady[name] {
			changed = o.forgetAliases(name, steady, f.Contacts) || changed
		}
	}
	lost.Message = r.forgetRecipient(master, f)
	return lost, changed || lost != LostReading{}
}

// forget removes rows by their keys.
func (l *layerRead) forget(keys map[fingerprint.RowKey]bool) (rows, marks int) {
	width, n := 2*len(l.Columns), 0
	for i, k := range l.Keys {
		symbols := l.Symbols[i*width : (i+1)*width]
		if !keys[k] {
			l.Keys[n], l.At[n] = k, l.At[i]
			copy(l.Symbols[n*width:], symbols)
			n++
			continue
		}
		rows++
		for c := 0; c < width; c += 2 {
			if symbols[c]+symbols[c+1] > 0 {
				marks++
			}
		}
	}
	clear(l.Keys[n:])
	clear(l.Symbols[n*width:])
	l.Keys, l.At, l.Symbols, l.index = l.Keys[:n], l.At[:n], l.Symbols[:n*width], nil
	return rows, marks
}

func (o *observed) forgetAliases(dataset string, steady key.Root, contacts []string) (changed bool) {
	for recipient, persons := range o.Aliases {
		issuer, book := alias.NewIssuer(dataset, recipient, steady), alias.NewBook(dataset, []string{recipient}, steady)
		for _, c := range contacts {
			email, ok := strings.CutPrefix(c, string(identity.Email)+":")
			if !ok {
				continue
			}
			address, ok := issuer.Address(email, "relay.invalid")
			book.Add(email)
			if hit, read := book.Read(address); ok && read && persons[hit.Person] {
				delete(persons, hit.Person)
				changed = true
			}
		}
	}
	return changed
}

// forgetRecipient takes out who received a message, if it was one of them.
func (r *Reading) forgetRecipient(master key.Root, f Forgotten) bool {
	n := len(r.persons)
	r.persons = slices.DeleteFunc(r.persons, func(p linkedPerson) bool { return f.Keys[p.Dataset][p.Key] })
	theirs := len(r.persons) < n
	hasher := master.Derive("campaign").Hasher()
	for _, c := range f.Contacts {
		_, value, _ := strings.Cut(c, ":")
		theirs = theirs || r.traits.Person != 0 && r.traits.Person == hasher.Sum64("person "+value)
	}
	if !theirs {
		return false
	}
	r.traits.Person = 0
	for i := range r.Sightings {
		r.Sightings[i].Contact, r.Sightings[i].Person = "", false
	}
	return true
}
