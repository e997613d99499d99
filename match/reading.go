package match

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"slices"
	"time"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/match/chain"
	"telltale/match/message"
)

// Reading is what an input showed: a value that can be saved, and that Decide
// merges with others. It holds keyed hashes, symbols and counts, and no
// personal value in clear but masked contacts.
type Reading struct {
	Inputs    []Input
	Sketch    *chain.Sketch // nil for messages
	Sightings []Sighting    // one for each message

	at       time.Time
	known    time.Time // by when it was seen at the latest; zero when unknown; not saved
	message  bool
	looked   int64 // rows, and contacts in messages that may be guesses, among which canaries were looked for
	call     string
	traits   message.Traits
	persons  []linkedPerson
	tried    map[string]int64 // values of each kind that text holds
	skipped  int64            // bytes of text that were not decoded
	aliased  int64            // addresses at relay domains; in messages, guesses
	aliases  []string         // recipients whose copies show the aliases that were seen; not saved
	datasets map[string]*observed
}

// SeenBy notes by when the input had been seen: where nothing else says when it
// was, a contact that somebody got later cannot have been his.
func (r *Reading) SeenBy(t time.Time) { r.known = t }

// when is the time by which the input was seen; zero when unknown.
func (r *Reading) when() time.Time {
	if r.at.IsZero() {
		return r.known
	}
	return r.at
}

// IsMessage reports whether the reading is of a message.
func (r *Reading) IsMessage() bool { return r.message }

// observed is what was seen of one dataset.
type observed struct {
	Rows     int64 // that linked, repeats included
	Layers   map[int]*layerRead
	Canaries map[sightedID]sighted
	Text     map[sightedID][]textSight
	Aliases  map[string]map[uint64]bool // recipient -> persons, as alias.Hit numbers them
	Called   map[uint64]bool            // numbers of the pool, by keyed hash -> whether they stand for a person
	Controls map[uint64]bool            // keyed hashes
	Dialled  map[uint64]bool            // of controls that are telephone numbers
	By       map[string]int64           // columns that linked, joined by NUL -> rows
	Bare     bool                       // numbers that could be this dataset's, or another's, were not linked
	Blank    map[string]int64           // column -> linked rows whose cell held no mark that could be read

	reused    map[canary.Cell]reusedSight // contacts that were seen and served several copies; found by a decision
	undecided map[sightedID]bool          // canaries of which such were seen
}

// sightedID names a canary: slots are the registry's.
type sightedID struct {
	ID     string // canaryID, hashed under the key
	Shared bool
}

// sighted is the best that was seen of a canary.
type sighted struct {
	Bits    float64
	Matched []int
	Message bool
	Form    string  // in text: see recognise.Sight
	Inside  string  // in text
	chance  float64 // in text: the null probability
}

// layerRead holds the symbols read under one version of the scheme.
type layerRead struct {
	Columns []string // that carry marks
	Keys    []fingerprint.RowKey
	Symbols []uint16 // per key and column: how often 0 and how often 1 was read
	At      []int64  // per key: when it was first seen, in Unix seconds; 0 when unknown
	index   map[fingerprint.RowKey]int32
}

func newReading(s Seen) *Reading {
	return &Reading{at: s.At, call: s.Call, tried: map[string]int64{}, datasets: map[string]*observed{}}
}

func (r *Reading) observed(name string) *observed {
	o := r.datasets[name]
	if o == nil {
		o = &observed{Layers: map[int]*layerRead{}, Canaries: map[sightedID]sighted{}, Controls: map[uint64]bool{},
			By: map[string]int64{}, Blank: map[string]int64{}}
		r.datasets[name] = o
	}
	return o
}

// bare notes that numbers alone could have been rows of a dataset.
func (r *Reading) bare(name string) { r.observed(name).Bare = true }

// linked reports whether a row linked.
func (r *Reading) linked() bool {
	for _, o := range r.datasets {
		if o.Rows > 0 {
			return true
		}
	}
	return false
}

func (o *observed) layer(version int, columns []string) *layerRead {
	l := o.Layers[version]
	if l == nil {
		l = &layerRead{Columns: columns, index: map[fingerprint.RowKey]int32{}}
		o.Layers[version] = l
	}
	return l
}

// row returns the number of a linked row, and whether it is new.
func (l *layerRead) row(k fingerprint.RowKey, at int64) (int, bool) {
	if l.index == nil {
		l.index = make(map[fingerprint.RowKey]int32, len(l.Keys))
		for i, k := range l.Keys {
			l.index[k] = int32(i)
		}
	}
	i, ok := l.index[k]
	if !ok {
		i = int32(len(l.Keys))
		l.index[k] = i
		l.Keys, l.At = append(l.Keys, k), append(l.At, at)
		l.Symbols = append(l.Symbols, make([]uint16, 2*len(l.Columns))...)
	}
	if at != 0 && (l.At[i] == 0 || at < l.At[i]) {
		l.At[i] = at
	}
	return int(i), !ok
}

func (l *layerRead) read(row, column int, symbol uint8, n uint16) {
	p := &l.Symbols[(row*len(l.Columns)+column)*2+int(symbol&1)]
	*p = uint16(min(int(*p)+int(n), 1<<16-1))
}

// majority is the symbol of a site; ok is false when there is none, or a tie.
func (l *layerRead) majority(row, column int) (symbol uint8, ok bool) {
	i := (row*len(l.Columns) + column) * 2
	zeros, ones := l.Symbols[i], l.Symbols[i+1]
	if ones > zeros {
		symbol = 1
	}
	return symbol, ones != zeros
}

func (l *layerRead) merge(m *layerRead) {
	column := make([]int, len(m.Columns))
	for i, name := range m.Columns {
		column[i] = slices.Index(l.Columns, name)
	}
	for i, k := range m.Keys {
		row, _ := l.row(k, m.At[i])
		for c, to := range column {
			if to < 0 {
				continue
			}
			for symbol := range uint8(2) {
				if n := m.Symbols[(i*len(m.Columns)+c)*2+int(symbol)]; n > 0 {
					l.read(row, to, symbol, n)
				}
			}
		}
	}
}

func (o *observed) merge(p *observed) {
	o.Rows += p.Rows
	o.Bare = o.Bare || p.Bare
	for _, v := range sortedKeys(p.Layers) {
		o.layer(v, p.Layers[v].Columns).merge(p.Layers[v])
	}
	for id, s := range p.Canaries {
		o.sight(id, s)
	}
	for id, list := range p.Text {
		for _, s := range list {
			o.read(id, s)
		}
	}
	o.addAliases(p.Aliases)
	o.addCalled(p.Called)
	o.addControls(p)
	for k, n := range p.By {
		o.By[k] += n
	}
	for k, n := range p.Blank {
		o.Blank[k] += n
	}
}

func (o *observed) sight(id sightedID, s sighted) {
	if was, ok := o.Canaries[id]; !ok || s.Bits > was.Bits || s.Bits == was.Bits && s.Message && !was.Message {
		o.Canaries[id] = s
	}
}

// savedVersion is the version of the encoding of a reading.
const savedVersion = 1

// saved is a reading as it is encoded; its lists are sorted.
type saved struct {
	Version   int
	Inputs    []Input
	Sightings []Sighting
	Sketch    []byte
	At        time.Time
	Message   bool
	Looked    int64
	Call      string
	Traits    message.Traits
	Persons   []linkedPerson
	Tried     map[string]int64
	Skipped   int64
	Aliased   int64
	Names     []string
	Observed  []*observed
}

// MarshalBinary encodes the reading. It is not sealed.
func (r *Reading) MarshalBinary() ([]byte, error) {
	s := saved{Version: savedVersion, Inputs: r.Inputs, Sightings: r.Sightings, At: r.at, Message: r.message, Looked: r.looked,
		Call: r.call, Traits: r.traits, Persons: r.persons, Tried: r.tried, Skipped: r.skipped, Aliased: r.aliased}
	if r.Sketch != nil {
		var err error
		if s.Sketch, err = r.Sketch.MarshalBinary(); err != nil {
			return nil, fmt.Errorf("sketch: %w", err)
		}
	}
	for _, name := range sortedKeys(r.datasets) {
		s.Names, s.Observed = append(s.Names, name), append(s.Observed, r.datasets[name])
	}
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(s); err != nil {
		return nil, fmt.Errorf("reading: %w", err)
	}
	return b.Bytes(), nil
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (r *Reading) UnmarshalBinary(data []byte) error {
	var s saved
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&s); err != nil {
		return fmt.Errorf("reading: %w", err)
	}
	if s.Version != savedVersion || len(s.Names) != len(s.Observed) {
		return fmt.Errorf("reading: version %d is not known", s.Version)
	}
	*r = Reading{Inputs: s.Inputs, Sightings: s.Sightings, at: s.At, message: s.Message, looked: s.Looked,
		call: s.Call, traits: s.Traits, persons: s.Persons, tried: s.Tried, skipped: s.Skipped, aliased: s.Aliased, datasets: map[string]*observed{}}
	for i, name := range s.Names {
		for _, l := range s.Observed[i].Layers {
			if len(l.At) != len(l.Keys) || len(l.Symbols) != 2*len(l.Keys)*len(l.Columns) {
				return fmt.Errorf("reading: dataset %s: lengths do not fit", name)
			}
		}
		r.observed(name).merge(s.Observed[i])
	}
	if s.Sketch == nil {
		return nil
	}
	r.Sketch = new(chain.Sketch)
	return r.Sketch.UnmarshalBinary(s.Sketch)
}

func sortedKeys[K int | string, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
