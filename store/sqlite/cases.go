package sqlite

import (
	"errors"
	"time"

	"telltale/store"
)

func scanCase(scan row) (c store.Case, err error) {
	var at int64
	err = scan(&c.Name, &at)
	c.OpenedAt = moment(at)
	return c, err
}

// OpenCase finds a case or opens it.
func (t *tx) OpenCase(name string, at time.Time) (store.Case, error) {
	if err := named("case", name); err != nil {
		return store.Case{}, err
	}
	c, err := t.Case(name)
	if !errors.Is(err, store.ErrNotFound) {
		return c, err
	}
	c = store.Case{Name: name, OpenedAt: store.Time(at)}
	if _, err := t.exec(`INSERT INTO cases (name, opened_at) VALUES (?, ?)`, name, micros(at)); err != nil {
		return c, err
	}
	return c, t.record(store.KindCase, name, c.Digest())
}

// Case finds one by name.
func (t *tx) Case(name string) (store.Case, error) {
	return one(t, "case", name, `SELECT name, opened_at FROM cases WHERE name = ?`, []any{name}, scanCase)
}

// Cases lists all.
func (t *tx) Cases() ([]store.Case, error) {
	return all(t, `SELECT name, opened_at FROM cases ORDER BY rowid`, nil, scanCase)
}

func (t *tx) needCase(name string) error {
	return t.need("case", name, `SELECT 1 FROM cases WHERE name = ?`, name)
}

// AddSighting puts a sighting at the end of its case.
func (t *tx) AddSighting(s store.Sighting) error {
	if err := named("sighting", s.ID); err != nil {
		return err
	}
	if err := t.needCase(s.Case); err != nil {
		return err
	}
	if err := t.free("sighting", s.ID, `SELECT 1 FROM sightings WHERE case_name = ? AND id = ?`, s.Case, s.ID); err != nil {
		return err
	}
	if _, err := t.get(`SELECT coalesce(max(seq), 0) + 1 FROM sightings WHERE case_name = ?`, []any{s.Case}, &s.Seq); err != nil {
		return err
	}
	_, err := t.exec(`INSERT INTO sightings (case_name, seq, id, kind, sha256, seen_at, recorded, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		s.Case, s.Seq, s.ID, s.Kind, s.SHA256, micros(s.SeenAt), micros(s.Recorded), blob(s.Sealed))
	if err != nil {
		return invalid("sighting", s.ID, err)
	}
	return t.record(store.KindSighting, s.Subject(), s.Digest())
}

func scanSighting(scan row) (s store.Sighting, err error) {
	var seen, recorded int64
	var original []byte
	err = scan(&s.Case, &s.Seq, &s.ID, &s.Kind, &s.SHA256, &seen, &recorded, &s.Sealed, &original)
	copy(s.Original[:], original)
	s.SeenAt, s.Recorded = moment(seen), moment(recorded)
	return s, err
}

// Sightings lists those of a case.
func (t *tx) Sightings(name string) ([]store.Sighting, error) {
	if err := t.needCase(name); err != nil {
		return nil, err
	}
	return all(t, `SELECT case_name, seq, id, kind, sha256, seen_at, recorded, sealed, `+original(store.KindSighting, `case_name || '/' || seq`)+
		` FROM sightings WHERE case_name = ? ORDER BY seq`, []any{name}, scanSighting)
}

// AddFact puts a fact at the end of its case.
func (t *tx) AddFact(f store.Fact) error {
	if err := t.needCase(f.Case); err != nil {
		return err
	}
	if _, err := t.get(`SELECT coalesce(max(seq), 0) + 1 FROM facts WHERE case_name = ?`, []any{f.Case}, &f.Seq); err != nil {
		return err
	}
	_, err := t.exec(`INSERT INTO facts (case_name, seq, basis, recorded, sealed) VALUES (?, ?, ?, ?, ?)`,
		f.Case, f.Seq, f.Basis, micros(f.Recorded), blob(f.Sealed))
	if err != nil {
		return invalid("fact", f.Subject(), err)
	}
	return t.record(store.KindFact, f.Subject(), f.Digest())
}

func scanFact(scan row) (f store.Fact, err error) {
	var at int64
	err = scan(&f.Case, &f.Seq, &f.Basis, &at, &f.Sealed)
	f.Recorded = moment(at)
	return f, err
}

// Facts lists those of a case.
func (t *tx) Facts(name string) ([]store.Fact, error) {
	if err := t.needCase(name); err != nil {
		return nil, err
	}
	return all(t, `SELECT case_name, seq, basis, recorded, sealed FROM facts WHERE case_name = ? ORDER BY seq`, []any{name}, scanFact)
}
