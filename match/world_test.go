package match

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/internal/identity"
	"telltale/internal/key"
	"telltale/internal/table"
	"telltale/match/link"
	"telltale/store"
	"telltale/store/sqlite"
	"telltale/store/storetest"
)

var background = context.Background()

// world is a registry with a key, for tests.
type world struct {
	t      testing.TB
	st     store.Store
	master key.Secret
	serial int
	path   string // of the registry
}

func newWorld(t testing.TB) *world {
	t.Helper()
	path := filepath.Join(t.TempDir(), "registry.db")
	st, err := sqlite.Create(background, path, storetest.Signer{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return &world{t: t, st: st, master: testMaster(t), path: path}
}

func testMaster(t testing.TB) key.Secret {
	t.Helper()
	master, err := key.Generate(bytes.NewReader(bytes.Repeat([]byte{7}, 64)))
	if err != nil {
		t.Fatal(err)
	}
	return master
}

// issue is how copies are made.
type issue struct {
	dataset    string
	scheme     fingerprint.Scheme
	rows       [][]string
	recipients []string
	canaries   int
	shared     int
	withhold   float64
	cover      int // unique canaries that are covered, whether there are any or not
	at         time.Time
	keep       []string // recipients whose copies are wanted; nil: all
}

var issued = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// make issues copies of a table and returns them by recipient.
func (w *world) make(i issue) map[string][][]string {
	w.t.Helper()
	if i.at.IsZero() {
		i.at = issued
	}
	marker, err := fingerprint.New(i.scheme, i.dataset, w.master)
	w.must(err)
	learner := canary.NewLearner(canaryColumns(i.scheme), i.scheme.Locale)
	for _, row := range i.rows {
		learner.Add(row)
	}
	profile := learner.Profile()
	threshold := fingerprint.Threshold(i.scheme.Density)
	keys, plans := w.plan(marker, i.rows, threshold)
	copies := map[string][][]string{}
	w.serial++
	snapshot := fmt.Sprintf("snapshot-%d", w.serial)
	w.must(w.st.Update(background, func(tx store.Tx) error {
		if err := w.record(tx, i, profile, snapshot, keys); err != nil {
			return err
		}
		for n, r := range i.recipients {
			if _, err := tx.Recipient(r); err != nil {
				if err := tx.AddRecipient(store.Recipient{Name: r, Kind: "partner", AddedAt: i.at}); err != nil {
					return err
				}
			}
			wanted := i.keep == nil || slices.Contains(i.keep, r)
			rows, planted := w.copy(i, marker, profile, keys, plans, r, wanted)
			copies[r] = rows
			x := store.Export{ID: fmt.Sprintf("x%d-%d", w.serial, n), Dataset: i.dataset, Recipient: r, Snapshot: snapshot, Scheme: 1, State: store.Issued,
				File: "-", SHA256: strings.Repeat("0", 64), Rows: int64(len(rows)), Density: i.scheme.Density, WithholdRate: i.withhold, Cover: w.covering(i).Bytes(), IssuedAt: i.at}
			var sealed []store.Canary
			for slot, c := range planted {
				b, err := SealCanary(w.master, x.ID, c)
				if err != nil {
					return err
				}
				sealed = append(sealed, store.Canary{Export: x.ID, Slot: slot, Shared: c.Shared, Lookups: []uint64{uint64(slot)}, Sealed: b})
			}
			if err := tx.AddExport(x, sealed); err != nil {
				return err
			}
			if err := tx.IssueExport(x.ID); err != nil {
				return err
			}
		}
		return nil
	}))
	return copies
}

func canaryColumns(s fingerprint.Scheme) []canary.Column {
	var out []canary.Column
	for _, c := range s.Columns {
		out = append(out, canary.Column{Name: c.Name, Kind: c.Kind, Key: c.Key, Identity: c.Identity, Sorted: c.Sorted})
	}
	return out
}

func (w *world) plan(m *fingerprint.Marker, rows [][]string, threshold uint32) ([]fingerprint.RowKey, [][]fingerprint.Mark) {
	keys := make([]fingerprint.RowKey, len(rows))
	plans := make([][]fingerprint.Mark, len(rows))
	for i, row := range rows {
		var err error
		keys[i], err = m.RowKey(row)
		w.must(err)
		var prev, next []string
		if i > 0 {
			prev = rows[i-1]
		}
		if i+1 < len(rows) {
			next = rows[i+1]
		}
		plans[i] = m.Plan(nil, keys[i], prev, row, next, threshold)
	}
	return keys, plans
}

// record puts the dataset, if it is new, and a snapshot of the rows.
func (w *world) record(tx store.Tx, i issue, profile *canary.Profile, snapshot string, keys []fingerprint.RowKey) error {
	if _, err := tx.Dataset(i.dataset); err != nil {
		rules, err := json.Marshal(i.scheme)
		if err != nil {
			return err
		}
		sealed, err := SealProfile(w.master, i.dataset, profile, 1)
		if err != nil {
			return err
		}
		if err := tx.AddDataset(i.dataset, store.Scheme{Version: 1, Rules: rules, Profile: sealed, AddedAt: i.at}, i.at); err != nil {
			return err
		}
	}
	chunks := w.index(i, keys)
	s := store.Snapshot{ID: snapshot, Dataset: i.dataset, Scheme: 1, Rows: int64(len(i.rows)), SHA256: strings.Repeat("0", 64), Recorded: i.at}
	return tx.PutSnapshot(s, func() (store.Chunk, error) {
		if len(chunks) == 0 {
			return store.Chunk{}, io.EOF
		}
		c := chunks[0]
		chunks = chunks[1:]
		return store.Chunk(c), nil
	})
}

func (w *world) index(i issue, keys []fingerprint.RowKey) []link.Chunk {
	spec := link.Spec{Columns: i.scheme.Columns, Locale: i.scheme.Locale}
	var chunks []link.Chunk
	b := link.NewBuilder(spec, func(c link.Chunk) error { chunks = append(chunks, c); return nil })
	b.KeepContacts(i.dataset, w.master)
	ix := link.NewIndexer(spec, i.dataset, w.master)
	var batch link.Batch
	for r, row := range i.rows {
		batch.Reset()
		ix.Entry(&batch, keys[r], row)
		w.must(b.Add(&batch))
	}
	_, err := b.Close()
	w.must(err)
	return chunks
}

func (w *world) covering(i issue) *canary.Cover {
	return canary.NewCover(w.master.Derive("cover/"+url.PathEscape(i.dataset)), int64(len(i.rows)), i.cover, nil, 1)
}

// copy renders the copy of one recipient.
func (w *world) copy(i issue, m *fingerprint.Marker, p *canary.Profile, keys []fingerprint.RowKey, plans [][]fingerprint.Mark, r string, wanted bool) ([][]string, []canary.Canary) {
	owner := url.PathEscape(i.dataset) + "/" + url.PathEscape(r)
	word := m.Word(r)
	var minted []canary.Canary
	if i.canaries > 0 && wanted {
		cs, err := p.Mint(w.master.Derive("canary/"+owner), i.canaries, w.contacts(p, r, i.canaries))
		w.must(err)
		minted = append(minted, cs...)
	}
	if i.shared > 0 {
		cs, err := p.MintShared(w.master.Derive("canary-shared/"+url.PathEscape(i.dataset)), i.shared, w.contacts(p, "*", i.shared))
		w.must(err)
		for _, c := range cs {
			if word.Bit(m.SharedSite(canary.SharedSite(c.Slot))) == 1 {
				minted = append(minted, c)
			}
		}
	}
	var out [][]string
	withholding, cover := fingerprint.NewWithholding(i.dataset, r, w.master), w.covering(i)
	at := map[string]int{}
	for n, c := range i.scheme.Columns {
		at[c.Name] = n
	}
	planter := canary.NewPlanter(p, minted, int64(len(i.rows)))
	plant := func(due []int, prev, next []string) {
		for _, k := range due {
			if row, err := planter.Fit(k, prev, next); err == nil {
				out, prev = append(out, row), row
			}
		}
	}
	for n, row := range i.rows {
		var prev []string
		if n > 0 {
			prev = i.rows[n-1]
		}
		plant(planter.Due(int64(n)), prev, row)
		if !wanted || withholding.Withheld(keys[n], max(i.withhold, cover.Rate(keys[n]))) {
			continue
		}
		row = slices.Clone(row)
		for _, mk := range plans[n] {
			if mk.Wants(word) {
				row[mk.Site.Column] = mk.Alt
			}
		}
		out = append(out, row)
	}
	plant(planter.Tail(), i.rows[len(i.rows)-1], nil)
	for k := range minted {
		if c, ok := planter.Planted(k); ok {
			minted[k] = c
		}
	}
	return out, minted
}

func (w *world) contacts(p *canary.Profile, owner string, n int) canary.Contacts {
	phones, emails := p.Needs()
	c := canary.Contacts{Domains: []string{"example-mail.net", "post-example.org"}}
	h := w.master.Derive("test").Hasher()
	for i := range n * phones {
		c.Phones = append(c.Phones, fmt.Sprintf("01632 9%05d", h.Sum64(owner, "phone", fmt.Sprint(i))%100000))
	}
	for i := range n * emails {
		c.Emails = append(c.Emails, fmt.Sprintf("%s.%d@example-mail.net", owner, i))
	}
	return c
}

// engine opens the registry.
func (w *world) engine(o Options) *Engine {
	w.t.Helper()
	e, err := Open(background, w.st, w.master, o)
	w.must(err)
	return e
}

// match reads one file made of rows and decides.
func (w *world) match(e *Engine, text []byte, o table.Options) Result {
	w.t.Helper()
	f, err := table.NewFile("leak", bytes.NewReader(text), o)
	w.must(err)
	defer f.Close()
	r, err := e.File(background, f, Seen{Name: "leak"})
	w.must(err)
	result, err := e.Decide(background, []*Reading{r})
	w.must(err)
	return result
}

func csvOf(comma rune, header []string, rows [][]string) []byte {
	var b bytes.Buffer
	c := csv.NewWriter(&b)
	c.Comma = comma
	if header != nil {
		c.Write(header)
	}
	c.WriteAll(rows)
	return b.Bytes()
}

// schemeFor suggests a scheme as dataset add does.
func schemeFor(header []string, rows [][]string, locale string, keys ...string) fingerprint.Scheme {
	s := fingerprint.Scheme{Version: fingerprint.SchemeVersion, Density: 1, Locale: locale}
	var columns []identity.Column
	for i, h := range header {
		var sample []string
		for _, row := range rows[:min(len(rows), 1000)] {
			sample = append(sample, row[i])
		}
		columns = append(columns, identity.Column{Header: h, Sample: sample, Guesses: identity.Classify(h, sample, locale)})
	}
	roles := identity.SuggestRoles(columns, locale)
	for i, h := range header {
		c := fingerprint.Column{Name: h, Kind: columns[i].Guesses[0].Kind}
		c.Key = slices.Contains(roles.Key, i)
		if len(keys) > 0 {
			c.Key = slices.Contains(keys, h)
		}
		c.Identity = slices.Contains(roles.Identity, i)
		if !c.Key && !c.Identity {
			c.Carrier = fingerprint.SuggestCarrier(c.Kind, h, columns[i].Sample, locale)
		}
		s.Columns = append(s.Columns, c)
	}
	return s
}

func names(prefix string, n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("%s%04d", prefix, i))
	}
	return out
}

// mangled is a leak of half of the rows and half of the columns.
func mangled(r *rand.Rand, header []string, rows [][]string, keep float64, columns int, named bool) ([]string, [][]string) {
	order := r.Perm(len(header))[:columns]
	var h []string
	if named {
		for _, c := range order {
			h = append(h, header[c])
		}
	}
	var out [][]string
	for _, i := range r.Perm(len(rows))[:int(keep*float64(len(rows)))] {
		row := make([]string, len(order))
		for k, c := range order {
			row[k] = rows[i][c]
		}
		out = append(out, row)
	}
	return h, out
}

func (r Result) brief() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s rows=%d marks=%d canaries=%d", r.Verdict, r.RowsLinked, r.MarksRead, r.CanaryHits)
	for i, s := range r.Suspects {
		if i < 3 {
			fmt.Fprintf(&b, "\n  %s accused=%v log10=%.1f share=%.2f coverage=%.2f %v", s.Recipient, s.Accused, s.Log10LR, s.Share, s.Coverage, s.Evidence)
		}
	}
	for _, l := range r.Links {
		fmt.Fprintf(&b, "\n  by %s %v, similar %v: %d", l.Way, l.Columns, l.Similar, l.Rows)
	}
	for _, w := range r.Warnings {
		b.WriteString("\n  ! " + w)
	}
	return b.String()
}
