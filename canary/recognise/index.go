package recognise

import (
	"slices"
	"strings"

	"telltale/canary"
	"telltale/internal/identity"
)

// Options of an Index. The zero value is for text of unknown origin.
type Options struct {
	Locale   string   // of the table, as in identity.Canonical
	Domains  []string // whose addresses may be controls
	Controls Controls // nil for none
	Relays   []string // domains of which every address is reported
	Workers  int      // 0 for all processors
}

// Controls tells whether a canonical value is a control's, as
// canary.ControlSet.Has does.
type Controls func(k identity.Kind, canonical string) bool

// Index knows canaries by everything that a text may show of them. It is
// read-only after New and may be shared by goroutines.
type Index struct {
	planted    []canary.Planted
	o          Options
	names      table // sums of the hashes of a name's words
	lengths    [maxWords + 1]bool
	nameWords  filter
	given      map[uint64]bool // first words of names
	family     map[uint64]bool // last words of names
	han        table           // runs of CJK characters
	hanLens    [maxHan + 1]bool
	pairs      filter              // of the first two characters of those
	wordCounts [maxWords + 1]int64 // how many of lengths are no more
	hanCounts  [maxHan + 1]int64
	mails      map[string][]ref
	hosts      map[string]host     // by domain
	numbers    map[string][]number // by their digits
	suffixes   filter              // of the last six digits of those
	digits     []int               // their lengths
	blocks     map[string]string   // national number without its last four digits -> country code
	blockSeen  filter              // of the digits of those
	tokens     table               // official and serial numbers
	digests    table
	fullName   []int // columns of a full name
	streets    streets
	legacy     []legacy
}

// ref is an identity in one form.
type ref struct {
	planted, identity int32
	form              form
}

// host says whose addresses a domain has: canaries', perhaps controls', relays.
type host struct{ mails, controls, relays bool }

type form uint8

const (
	plain form = iota
	transliterated
	md5Form
	sha1Form
	sha256Form
)

var formNames = [...]string{"plain", "transliterated", "md5", "sha1", "sha256"}

// number is a telephone number by its national digits, or any other number by
// all of them.
type number struct {
	ref
	code string // country code; "" when there is none
}

const (
	maxWords = 5 // of a name
	maxHan   = 6
)

// New indexes the canaries.
func New(planted []canary.Planted, o Options) *Index {
	x := &Index{planted: planted, o: o, given: map[uint64]bool{}, family: map[uint64]bool{}, mails: map[string][]ref{}, hosts: map[string]host{}, numbers: map[string][]number{}, blocks: map[string]string{}}
	x.addHosts(o)
	x.fullName = nameColumns(planted)
	for i, p := range planted {
		for j, id := range p.Canary.Identities {
			x.add(p.Canary, id, ref{planted: int32(i), identity: int32(j)})
		}
		x.addPartialName(p.Canary, int32(i))
	}
	slices.Sort(x.digits)
	x.legacy = x.encodings()
	x.seal()
	return x
}

func (x *Index) addHosts(o Options) {
	for _, d := range o.Domains {
		h := x.hosts[strings.ToLower(d)]
		h.controls = true
		x.hosts[strings.ToLower(d)] = h
	}
	for _, d := range o.Relays {
		h := x.hosts[strings.ToLower(d)]
		h.relays = true
		x.hosts[strings.ToLower(d)] = h
	}
}

// seal makes the filters of what was added.
func (x *Index) seal() {
	for _, t := range []*table{&x.names, &x.han, &x.tokens, &x.digests} {
		t.seen.seal()
	}
	for _, f := range []*filter{&x.nameWords, &x.pairs, &x.suffixes, &x.blockSeen} {
		f.seal()
	}
	x.streets.seal()
	for n := 2; n <= maxWords; n++ {
		x.wordCounts[n] = x.wordCounts[n-1] + one(x.lengths[n])
	}
	for n := 2; n <= maxHan; n++ {
		x.hanCounts[n] = x.hanCounts[n-1] + one(x.hanLens[n])
	}
}

func one(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func (x *Index) add(c canary.Canary, id canary.Identity, r ref) {
	switch {
	case id.Kind == identity.Name && len(id.Columns) == len(x.fullName):
		x.addName(c, id, r)
	case len(id.Columns) != 1: // compounds are confirmed where their name stands
	case id.Kind == identity.Email:
		x.addMail(id, r)
		x.addDigests(id, r)
	case id.Kind == identity.Phone:
		x.addPhone(id, r)
		x.addDigests(id, r)
	case id.Kind == identity.Address:
		x.streets.add(c.Cells[id.Columns[0]], r)
	case identity.StrongValue(id.Kind, id.Value):
		x.addToken(id.Value, r)
	}
}

// nameColumns are the columns of a full name: one, or that of the given and
// that of the family name. They are the fewest that any identity of the kind
// has: a canary whose name a real row has too is known by name and city alone.
func nameColumns(planted []canary.Planted) (columns []int) {
	for _, p := range planted {
		for _, id := range p.Canary.Identities {
			if id.Kind == identity.Name && (columns == nil || len(id.Columns) < len(columns)) {
				columns = id.Columns
			}
		}
	}
	return columns
}

// addPartialName indexes the name of a canary that is known by name and
// something else only. It says nothing unless that stands near it, see confirm.
func (x *Index) addPartialName(c canary.Canary, planted int32) {
	for j, id := range c.Identities {
		if id.Kind != identity.Name {
			continue
		}
		parts := strings.Split(id.Value, canary.Separator)
		if len(id.Columns) > len(x.fullName) && len(parts) == len(id.Columns) {
			part := canary.Identity{Kind: id.Kind, Columns: id.Columns[:len(x.fullName)], Value: strings.Join(parts[:len(x.fullName)], canary.Separator)}
			x.addName(c, part, ref{planted: planted, identity: int32(j)})
		}
		return
	}
}

// table finds references by a hash.
type table struct {
	refs map[uint64][]ref
	seen filter
}

func (t *table) add(h uint64, r ref) {
	if t.refs == nil {
		t.refs = map[uint64][]ref{}
	}
	if slices.ContainsFunc(t.refs[h], func(o ref) bool { return o.planted == r.planted && o.identity == r.identity }) {
		return
	}
	t.refs[h] = append(t.refs[h], r)
	t.seen.add(h)
}

func (t *table) get(h uint64) []ref {
	if !t.seen.has(h) {
		return nil
	}
	return t.refs[h]
}
