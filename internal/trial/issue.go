package trial

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/fingerprint/code"
	"telltale/internal/attack"
	"telltale/internal/export"
	"telltale/internal/key"
	"telltale/internal/table"
	"telltale/match"
	"telltale/match/link"
	"telltale/store"
)

// issuedAt is when all copies are issued: no clock decides anything.
var issuedAt = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// reader is a table in memory. Rows are numbered from 1 as lines.
type reader struct {
	schema table.Schema
	rows   [][]string
	next   int
}

func newReader(header []string, rows [][]string) *reader {
	return &reader{schema: table.Schema{Columns: header, RawHeader: header, Header: true, Format: table.CSV, Encoding: "utf-8",
		Delimiter: ',', Quote: '"', LineEnd: "\n"}, rows: rows}
}

func (r *reader) Schema() table.Schema { return r.schema }

func (r *reader) Read() (table.Row, error) {
	if r.next == len(r.rows) {
		return table.Row{}, io.EOF
	}
	r.next++
	return table.Row{Line: int64(r.next), Cells: r.rows[r.next-1]}, nil
}

// collector keeps a copy in memory. Rows of the table have a line number,
// canaries have none.
type collector struct{ table attack.Table }

func (c *collector) Write(r table.Row) error {
	c.table.Rows = append(c.table.Rows, slices.Clone(r.Cells))
	c.table.Origin = append(c.table.Origin, int(r.Line)-1) // attack.Foreign for line 0
	return nil
}

// outgoing is a copy on its way.
type outgoing struct {
	minted    []canary.Canary
	planter   *canary.Planter
	collector *collector
}

func (w *World) issue(ctx context.Context, st store.Store, master key.Secret) error {
	marker, err := fingerprint.New(w.source.Scheme, w.source.Dataset, master)
	if err != nil {
		return err
	}
	out, err := w.mint(marker, master)
	if err != nil {
		return err
	}
	w.covering = w.cover(marker, master)
	var chunks []link.Chunk
	spec := link.Spec{Columns: w.source.Scheme.Columns, Locale: w.source.Scheme.Locale}
	plan := export.Plan{
		Marker: marker, Indexer: link.NewIndexer(spec, w.source.Dataset, master),
		Builder:   link.NewBuilder(spec, func(c link.Chunk) error { chunks = append(chunks, c); return nil }),
		Threshold: fingerprint.Threshold(w.policy.density()), Withhold: w.policy.Withhold, Cover: w.covering, Vacancies: w.vacancies,
	}
	for i, o := range out {
		plan.Copies = append(plan.Copies, export.Copy{Word: marker.Word(recipientName(i)), Canaries: o.planter, Out: o.collector,
			Withholding: fingerprint.NewWithholding(w.source.Dataset, recipientName(i), master)})
	}
	result, err := export.Run(ctx, w.source.Dataset, newReader(w.source.Header, w.source.Rows), plan)
	if err != nil {
		return err
	}
	for i, o := range out {
		n := result.Counts[i]
		w.copies = append(w.copies, o.collector.table)
		w.issued = append(w.issued, Issued{recipientName(i), n.Rows, n.Marked, n.Changed, n.Withheld, n.Canaries})
	}
	return w.record(ctx, st, master, out, chunks)
}

func (w *World) cover(marker *fingerprint.Marker, master key.Secret) *canary.Cover {
	var biases []float64
	for slot := range w.policy.Shared {
		biases = append(biases, code.Bias(marker.SharedSite(canary.SharedSite(slot)).Bias).P())
	}
	secret := master.Derive("cover/" + url.PathEscape(w.source.Dataset))
	return canary.NewCover(secret, int64(len(w.source.Rows)), w.policy.Canaries, biases, w.policy.Cover)
}

// mint makes the canaries of the copies that may leak.
func (w *World) mint(marker *fingerprint.Marker, master key.Secret) ([]*outgoing, error) {
	p := w.source.Profile
	if w.policy.MakeRoom {
		room := canary.Room{Unique: w.policy.Canaries, Shared: w.policy.Shared, Compared: w.policy.Cover > 0}
		w.vacancies = p.Vacate(master.Derive("canary-vacancy/"+url.PathEscape(w.source.Dataset)), room)
	}
	var shared []canary.Canary
	var err error
	if w.policy.Shared > 0 {
		if shared, err = p.MintShared(master.Derive("canary-shared/"+url.PathEscape(w.source.Dataset)), w.policy.Shared, w.contacts(0, w.policy.Shared)); err != nil {
			return nil, err
		}
	}
	if n := w.policy.Canaries; n > 0 { // the pool must reach for the last recipient, too
		if _, err := p.Mint(master.Derive("canary/last"), n, w.contacts(w.policy.Recipients-1, n)); err != nil {
			return nil, err
		}
	}
	var out []*outgoing
	for i := range w.policy.Copies {
		o := &outgoing{collector: &collector{attack.Table{Header: w.source.Header, Names: w.source.Header}}}
		owner := url.PathEscape(w.source.Dataset) + "/" + recipientName(i)
		if w.policy.Canaries > 0 {
			if o.minted, err = p.Mint(master.Derive("canary/"+owner), w.policy.Canaries, w.contacts(i, w.policy.Canaries)); err != nil {
				return nil, err
			}
		}
		word := marker.Word(recipientName(i))
		for _, c := range shared {
			if word.Bit(marker.SharedSite(canary.SharedSite(c.Slot))) == 1 {
				o.minted = append(o.minted, c)
			}
		}
		if len(o.minted) > 0 {
			o.planter = canary.NewPlanterAmong(p, o.minted, int64(len(w.source.Rows)), w.vacancies)
		}
		out = append(out, o)
	}
	return out, nil
}

// contacts is what the pool holds for the n canaries of the i-th of all
// recipients; shared canaries are served first.
func (w *World) contacts(i, n int) canary.Contacts {
	phones, emails := w.source.Profile.Needs()
	if len(w.policy.Pool.Domains) > 0 {
		emails = 0
	}
	return canary.Contacts{Vacancies: w.vacancies, AddressBits: w.policy.Pool.AddressBits, Domains: w.policy.Pool.Domains, Phones: cut(w.policy.Pool.Phones, i, n*phones), Emails: cut(w.policy.Pool.Emails, i, n*emails)}
}

func cut(list []string, i, n int) []string {
	from := min(len(list), i*n)
	return list[from:min(len(list), from+n)]
}

// record tells the registry what an export tells it. Recipients beyond those
// whose copies may leak are recorded as if theirs had been made.
func (w *World) record(ctx context.Context, st store.Store, master key.Secret, out []*outgoing, chunks []link.Chunk) error {
	name := w.source.Dataset
	rules, err := json.Marshal(w.source.Scheme)
	if err != nil {
		return err
	}
	profile, err := match.SealProfile(master, name, w.source.Profile, 0)
	if err != nil {
		return err
	}
	next := func() (store.Chunk, error) {
		if len(chunks) == 0 {
			return store.Chunk{}, io.EOF
		}
		c := chunks[0]
		chunks = chunks[1:]
		return store.Chunk(c), nil
	}
	return st.Update(ctx, func(tx store.Tx) error {
		if err := w.recordPool(tx, master); err != nil {
			return err
		}
		if err := tx.AddDataset(name, store.Scheme{Version: 1, Rules: rules, Profile: profile, AddedAt: issuedAt}, issuedAt); err != nil {
			return err
		}
		snapshot := store.Snapshot{ID: name + "-1", Dataset: name, Scheme: 1, Rows: int64(len(w.source.Rows)), SHA256: noDigest, Recorded: issuedAt}
		if err := tx.PutSnapshot(snapshot, next); err != nil {
			return err
		}
		for i := range w.policy.candidates() {
			var o *outgoing
			if i < len(out) {
				o = out[i]
			}
			if err := w.recordExport(tx, master, i, o); err != nil {
				return err
			}
		}
		return nil
	})
}

var noDigest = strings.Repeat("0", 64)

// recordPool lets the matcher derive its controls from the same domains.
func (w *World) recordPool(tx store.Tx, master key.Secret) error {
	hasher := master.Derive("trial-pool").Hasher()
	var list []store.Contact
	for _, d := range w.policy.Pool.Domains {
		list = append(list, store.Contact{Kind: "domain", Lookup: hasher.Sum64(d), AddedAt: issuedAt,
			Sealed: master.Derive("seal/contact").Seal([]byte(d), []byte("domain"))})
	}
	_, err := tx.AddContacts(list)
	return err
}

func (w *World) recordExport(tx store.Tx, master key.Secret, i int, o *outgoing) error {
	name := recipientName(i)
	if _, err := tx.Recipient(name); err != nil {
		if err := tx.AddRecipient(store.Recipient{Name: name, Kind: "partner", AddedAt: issuedAt}); err != nil {
			return err
		}
	}
	x := store.Export{ID: fmt.Sprintf("%s-%04d", w.source.Dataset, i), Dataset: w.source.Dataset, Recipient: name, Snapshot: w.source.Dataset + "-1",
		Scheme: 1, State: store.Pending, File: "-", SHA256: noDigest, Density: w.policy.density(), WithholdRate: w.policy.Withhold, Cover: w.covering.Bytes(),
		Rows: int64(len(w.source.Rows)), IssuedAt: issuedAt}
	var sealed []store.Canary
	if o != nil {
		x.Rows = int64(len(o.collector.table.Rows))
		for slot := range o.minted {
			planted, _ := o.planter.Planted(slot)
			b, err := match.SealCanary(master, x.ID, planted)
			if err != nil {
				return err
			}
			if planted.Shared {
				x.Shared++
			} else {
				x.Canaries++
			}
			sealed = append(sealed, store.Canary{Export: x.ID, Slot: slot, Shared: planted.Shared, Lookups: []uint64{uint64(slot)}, Sealed: b})
		}
	}
	if err := tx.AddExport(x, sealed); err != nil {
		return err
	}
	return tx.IssueExport(x.ID)
}
