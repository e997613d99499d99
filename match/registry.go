package match

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"sync"

	"telltale/canary"
	"telltale/canary/recognise"
	"telltale/fingerprint"
	"telltale/internal/identity"
	"telltale/internal/key"
	"telltale/match/chain"
	"telltale/match/link"
	"telltale/store"
)

// dataset is what the registry knows of one dataset.
type dataset struct {
	name     string
	locale   string
	exports  []store.Export // by time
	layers   []*layer       // newest scheme first
	families []*family      // that of the newest layer first
	planted  []planted
	finder   *canary.Finder
	vicinity vicinity
	anywhere func() *recognise.Index  // made when a message is first read
	controls *canary.ControlSet       // nil when there is nothing to derive them from
	domains  []string                 // whose addresses are controls
	book     *aliasBook               // nil when no copy carries aliases of addresses
	numbers  *numberBook              // nil when none shows numbers of the pool
	covers   map[string]*canary.Cover // of exports that have any
}

// layer is a version of a dataset's scheme, with the snapshots made under it.
type layer struct {
	version   int
	root      key.Root
	family    *family
	marker    *fingerprint.Marker
	steady    *fingerprint.Marker // of the family: for shared canaries
	scheme    fingerprint.Scheme
	carriers  []int // columns of the scheme that carry marks
	noted     bool  // some of them are noted
	threshold uint32
	snapshots []*snapshot // newest first
}

// snapshot is a state of the table. Where its index is not held in memory, the
// linker is of an excerpt, or nil: see lookup.
type snapshot struct {
	id     string
	rows   int
	linker *link.Linker
	chunks chunkReader   // nil where the index is held
	newest []chain.Place // of every row, once it was asked for
}

// planted is a canary as it stands in some exports. Several of them have one
// id when they are the same canary: planted anew, it may get another serial
// number.
type planted struct {
	id         sightedID
	canary     canary.Canary
	family     *family
	exports    []string
	recipients []string
	lent       lent
}

// Controls is how many controls are derived for a dataset.
const Controls = 100_000

// keeping is where indexes are: in a room, or where unheld is not nil, in the
// registry.
type keeping struct {
	room   *link.Room
	unheld func(snapshot string) chunkReader
}

func loadDataset(ctx context.Context, tx store.Tx, name string, e *Engine, keep keeping) (*dataset, error) {
	record, err := tx.Dataset(name)
	if err != nil {
		return nil, fmt.Errorf("dataset %s: %w", name, err)
	}
	d := &dataset{name: name}
	if d.exports, err = tx.Exports(name); err != nil {
		return nil, err
	}
	slices.SortStableFunc(record.Schemes, func(a, b store.Scheme) int { return cmp.Compare(b.Version, a.Version) })
	for _, s := range record.Schemes {
		l, err := d.loadLayer(ctx, tx, s, e.keys, keep)
		if err != nil {
			return nil, fmt.Errorf("dataset %s, scheme %d: %w", name, s.Version, err)
		}
		d.layers = append(d.layers, l)
		if d.locale == "" {
			d.locale = l.scheme.Locale
		}
	}
	if err := d.loadCovers(); err != nil {
		return nil, err
	}
	if err := d.loadCanaries(tx, e.master); err != nil {
		return nil, err
	}
	d.lend(e.tenancy)
	if err := d.loadAliases(tx); err != nil {
		return nil, fmt.Errorf("dataset %s: aliases: %w", name, err)
	}
	if err := d.loadNumbers(tx, e.keys); err != nil {
		return nil, fmt.Errorf("dataset %s: numbers of the pool: %w", name, err)
	}
	if len(record.Schemes) == 0 || len(d.planted) == 0 {
		return d, nil
	}
	return d, d.loadControls(tx, record.Schemes[0], e.keys)
}

// loadLayer loads what belongs to a scheme.
func (d *dataset) loadLayer(ctx context.Context, tx store.Tx, s store.Scheme, keys Keys, keep keeping) (*layer, error) {
	l := &layer{version: s.Version}
	if err := json.Unmarshal(s.Rules, &l.scheme); err != nil {
		return nil, err
	}
	if err := l.derive(d, keys); err != nil {
		return nil, err
	}
	for i, c := range l.scheme.Columns {
		if c.Carrier != "" && c.Carrier != "none" {
			l.carriers = append(l.carriers, i)
			l.noted = l.noted || c.Noted
		}
	}
	used := map[string]bool{}
	for _, e := range d.exports {
		used[e.Snapshot] = true
		if e.Scheme == s.Version {
			l.threshold = max(l.threshold, fingerprint.Threshold(e.Density))
		}
	}
	snapshots, err := tx.Snapshots(d.name)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(snapshots, func(a, b store.Snapshot) int { return b.Recorded.Compare(a.Recorded) })
	for _, r := range snapshots {
		if r.Scheme != s.Version || !used[r.ID] || r.Erased() {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if keep.unheld != nil {
			l.snapshots = append(l.snapshots, &snapshot{id: r.ID, rows: int(r.Rows), chunks: keep.unheld(r.ID)})
			continue
		}
		index, err := loadIndex(tx, r, link.Spec{Columns: l.scheme.Columns, Locale: l.scheme.Locale})
		if err == nil {
			err = index.MoveTo(keep.room)
		}
		if err != nil {
			return nil, fmt.Errorf("snapshot %s: %w", r.ID, err)
		}
		l.snapshots = append(l.snapshots, &snapshot{id: r.ID, rows: index.Rows(), linker: link.NewLinker(index, d.name, l.root)})
	}
	return l, nil
}

// derive takes what the layer's copies carry from the registry's secrets.
func (l *layer) derive(d *dataset, keys Keys) (err error) {
	if l.root, err = keys.Root(d.name, l.version); err != nil {
		return err
	}
	steady, err := keys.Steady(d.name, l.version)
	if err != nil {
		return err
	}
	d.join(l, steady)
	if l.marker, err = fingerprint.New(l.scheme, d.name, l.root); err != nil {
		return err
	}
	l.steady, err = fingerprint.New(l.scheme, d.name, steady)
	return err
}

// loadIndex turns the callbacks of the registry into the iterator that
// link.Load asks for, a chunk at a time.
func loadIndex(tx store.Tx, snap store.Snapshot, spec link.Spec) (*link.Index, error) {
	chunks, stop := make(chan link.Chunk), make(chan struct{})
	var index *link.Index
	var loadErr error
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(stop)
		index, loadErr = link.LoadRows(spec, snap.Rows, func() (link.Chunk, error) {
			c, ok := <-chunks
			if !ok {
				return c, io.EOF
			}
			return c, nil
		})
	}()
	err := tx.Chunks(snap.ID, func(c store.Chunk) error {
		select {
		case chunks <- link.Chunk{Segment: c.Segment, Column: c.Column, Part: c.Part, Data: c.Data}:
			return nil
		case <-stop:
			return io.ErrClosedPipe
		}
	})
	close(chunks)
	<-done
	if loadErr != nil {
		return nil, loadErr
	}
	return index, err
}

func (d *dataset) loadCanaries(tx store.Tx, master key.Root) error {
	at := map[string]int{}
	hasher := master.Derive("canary-lookup").Hasher()
	for _, e := range d.exports {
		if !e.Retired.IsZero() {
			continue // nothing is left of them
		}
		records, err := tx.Canaries(e.ID)
		if err != nil {
			return err
		}
		for _, r := range records {
			l := d.layer(e.Scheme)
			if l == nil {
				return fmt.Errorf("export %s: scheme %d: %w", e.ID, e.Scheme, store.ErrNotFound)
			}
			c, err := OpenCanary(l.root, e.ID, r.Sealed)
			if err != nil {
				return err
			}
			c.Shared = c.Shared || r.Shared
			kin := d.kin(l, c)
			exact := kin + canaryID(c, e.Recipient, true)
			i, ok := at[exact]
			if !ok {
				i = len(d.planted)
				at[exact] = i
				id := sightedID{hashID(hasher, kin+canaryID(c, e.Recipient, false)), c.Shared}
				d.planted = append(d.planted, planted{id: id, canary: c, family: l.family})
			}
			p := &d.planted[i]
			p.exports = append(p.exports, e.ID)
			if !slices.Contains(p.recipients, e.Recipient) {
				p.recipients = append(p.recipients, e.Recipient)
			}
		}
	}
	list := d.plantedList()
	d.finder, d.vicinity = canary.NewFinder(list, d.locale), newVicinity(d.planted)
	d.anywhere = sync.OnceValue(func() *recognise.Index {
		return recognise.New(append(list, d.numbers.asCanaries()...), recognise.Options{Locale: d.locale, Workers: 1})
	})
	return nil
}

func (d *dataset) plantedList() []canary.Planted {
	list := make([]canary.Planted, len(d.planted))
	for i, p := range d.planted {
		list[i] = canary.Planted{Export: p.exports[0], Canary: p.canary}
	}
	return list
}

// kin tells shared canaries of one slot apart that are of different families;
// those of the eldest are told by the slot alone.
func (d *dataset) kin(l *layer, c canary.Canary) string {
	if !c.Shared || l.family == d.eldest() {
		return ""
	}
	return l.family.id + "\x1e"
}

func hashID(h *key.Hasher, id string) string {
	sum := h.Sum128("canary", id)
	return hex.EncodeToString(sum[:])
}

// canaryID is equal for canaries that cannot be told apart: those of one
// recipient and slot, or shared ones of one slot, that have the same identities.
// Unless exact, serial numbers do not count, and shared canaries are told by
// their slot alone, as their codeword is.
func canaryID(c canary.Canary, recipient string, exact bool) string {
	var b strings.Builder
	if !c.Shared {
		b.WriteString(recipient)
	}
	fmt.Fprintf(&b, "\x1e%d", c.Slot)
	if c.Shared && !exact {
		return b.String()
	}
	for _, i := range c.Identities {
		if exact || i.Kind != identity.Serial {
			b.WriteString("\x1e" + string(i.Kind) + "\x1e" + i.Value)
		}
	}
	return b.String()
}

func (d *dataset) loadControls(tx store.Tx, newest store.Scheme, keys Keys) error {
	if len(newest.Profile) == 0 {
		return nil
	}
	profile, _, err := OpenProfile(d.layers[0].root, d.name, newest.Profile)
	if err != nil {
		return err
	}
	contacts := canary.Contacts{}
	for kind, list := range map[string]*[]string{"domain": &contacts.Domains, "phone": &contacts.Phones} {
		if *list, err = openPool(tx, keys, kind); err != nil {
			return err
		}
	}
	d.domains = contacts.Domains
	d.controls = canary.Controls(profile, d.layers[0].root.Derive("control/"+url.PathEscape(d.name)), Controls, contacts)
	return nil
}

// openPool are all contacts of a kind that the pool holds or held.
func openPool(tx store.Tx, keys Keys, kind string) (out []string, err error) {
	pool, err := tx.Contacts(kind)
	if err != nil {
		return nil, err
	}
	for _, c := range pool {
		plain, err := keys.Open("contact", kind, c.Sealed)
		if err != nil {
			return nil, fmt.Errorf("%s of the pool: %w", kind, err)
		}
		out = append(out, string(plain))
	}
	return out, nil
}

func sortedSet(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return slices.Compact(s)
}
