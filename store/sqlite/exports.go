package sqlite

import (
	"database/sql"
	"encoding/binary"
	"fmt"

	"telltale/store"
)

// AddExport adds an export with its canaries.
func (t *tx) AddExport(e store.Export, canaries []store.Canary) error {
	if e.State == "" {
		e.State = store.Pending
	}
	if err := t.checkExport(e); err != nil {
		return err
	}
	_, err := t.exec(`INSERT INTO exports (id, dataset, recipient, snapshot, scheme, state, file, sha256, bytes, rows, marked_cells, changed_cells,
		canaries, shared, withheld, withhold_rate, density, issued_at, commitments, cover) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.ID, e.Dataset, e.Recipient, e.Snapshot, e.Scheme, string(e.State), e.File, e.SHA256, e.Bytes, e.Rows, e.MarkedCells, e.ChangedCells,
		e.Canaries, e.Shared, e.Withheld, e.WithholdRate, e.Density, micros(e.IssuedAt), blob(e.Commitments), blob(e.Cover))
	if err != nil {
		return invalid("export", e.ID, err)
	}
	kept := make([]store.Canary, len(canaries))
	for i, c := range canaries {
		if c.Export == "" {
			c.Export = e.ID
		}
		if err := t.addCanary(e, c); err != nil {
			return fmt.Errorf("export %q: canary %d: %w", e.ID, c.Slot, err)
		}
		kept[i] = c
	}
	return t.record(store.KindExport, e.ID, e.Digest(kept))
}

func (t *tx) checkExport(e store.Export) error {
	if err := named("export", e.ID); err != nil {
		return err
	}
	if err := t.free("export", e.ID, `SELECT 1 FROM exports WHERE id = ?`, e.ID); err != nil {
		return err
	}
	if err := t.needScheme(e.Dataset, e.Scheme); err != nil {
		return err
	}
	if err := t.need("recipient", e.Recipient, `SELECT 1 FROM recipients WHERE name = ?`, e.Recipient); err != nil {
		return err
	}
	return t.need("snapshot", e.Snapshot, `SELECT 1 FROM snapshots WHERE id = ? AND dataset = ?`, e.Snapshot, e.Dataset)
}

func (t *tx) addCanary(e store.Export, c store.Canary) error {
	if c.Export != e.ID {
		return fmt.Errorf("%w: it belongs to export %q", store.ErrInvalid, c.Export)
	}
	lookups := make([]byte, 0, 8*len(c.Lookups))
	for _, l := range c.Lookups {
		lookups = binary.BigEndian.AppendUint64(lookups, l)
	}
	_, err := t.exec(`INSERT INTO canaries (export, slot, shared, lookups, sealed) VALUES (?, ?, ?, ?, ?)`,
		c.Export, c.Slot, c.Shared, lookups, blob(c.Sealed))
	return err
}

// IssueExport settles a pending export.
func (t *tx) IssueExport(id string) error {
	e, err := t.Export(id)
	if err != nil || e.State == store.Issued {
		return err
	}
	canaries, err := t.Canaries(id)
	if err != nil {
		return err
	}
	e.State = store.Issued
	if _, err := t.exec(`UPDATE exports SET state = ? WHERE id = ?`, string(e.State), id); err != nil {
		return err
	}
	return t.record(store.KindIssue, id, e.Digest(canaries))
}

const exportColumns = `SELECT id, dataset, recipient, snapshot, scheme, state, file, sha256, bytes, rows, marked_cells, changed_cells,
	canaries, shared, withheld, withhold_rate, density, issued_at, commitments, cover,
	(SELECT at FROM erasures JOIN erasure_changes c ON c.erasure = seq WHERE c.kind = 'export' AND c.subject = id) FROM exports `

func scanExport(scan row) (e store.Export, err error) {
	var at int64
	var retired sql.NullInt64
	err = scan(&e.ID, &e.Dataset, &e.Recipient, &e.Snapshot, &e.Scheme, &e.State, &e.File, &e.SHA256, &e.Bytes, &e.Rows, &e.MarkedCells, &e.ChangedCells,
		&e.Canaries, &e.Shared, &e.Withheld, &e.WithholdRate, &e.Density, &at, &e.Commitments, &e.Cover, &retired)
	if e.IssuedAt = moment(at); retired.Valid {
		e.Retired = moment(retired.Int64)
	}
	return e, err
}

// Export finds one by id.
func (t *tx) Export(id string) (store.Export, error) {
	return one(t, "export", id, exportColumns+`WHERE id = ?`, []any{id}, scanExport)
}

// Exports lists those of a dataset, or all.
func (t *tx) Exports(dataset string) ([]store.Export, error) {
	return all(t, exportColumns+`WHERE ?1 = '' OR dataset = ?1 ORDER BY issued_at, id`, []any{dataset}, scanExport)
}

func scanCanary(scan row) (c store.Canary, err error) {
	var lookups, original []byte
	err = scan(&c.Export, &c.Slot, &c.Shared, &lookups, &c.Sealed, &original)
	copy(c.Original[:], original)
	c.Lookups = make([]uint64, len(lookups)/8)
	for i := range c.Lookups {
		c.Lookups[i] = binary.BigEndian.Uint64(lookups[8*i:])
	}
	return c, err
}

var canaryColumns = `SELECT export, slot, shared, lookups, sealed, ` + original(store.KindCanary, `export || '/' || shared || '/' || slot`) + ` FROM canaries `

// Canaries lists those of an export.
func (t *tx) Canaries(export string) ([]store.Canary, error) {
	if err := t.need("export", export, `SELECT 1 FROM exports WHERE id = ?`, export); err != nil {
		return nil, err
	}
	return all(t, canaryColumns+`WHERE export = ? ORDER BY rowid`, []any{export}, scanCanary)
}

// CanaryLookups reads the identities of all canaries, sealed values aside.
func (t *tx) CanaryLookups(f func(lookup uint64, export string, slot int) error) error {
	return t.each(`SELECT export, slot, shared, lookups, NULL, NULL FROM canaries ORDER BY rowid`, nil, func(scan row) error {
		c, err := scanCanary(scan)
		if err != nil {
			return err
		}
		for _, l := range c.Lookups {
			if err := f(l, c.Export, c.Slot); err != nil {
				return err
			}
		}
		return nil
	})
}
