package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"telltale/canary"
	"telltale/internal/erase"
	"telltale/internal/key"
	"telltale/match"
	"telltale/match/link"
	"telltale/store"
)

// check looks at everything in the registry: what the store can check by itself,
// and what takes the key.
func (r *registry) check(ctx context.Context) (store.Report, map[string]int, error) {
	report, err := store.Verify(ctx, r.raw, r.sign)
	if err != nil {
		return report, nil, err
	}
	k := &checker{ctx: ctx, r: r, counts: map[string]int{}}
	err = r.View(ctx, func(tx store.Tx) error {
		for _, part := range []struct {
			name string
			run  func(store.Tx, *store.Check) error
		}{
			{"seals of recipients and contacts", k.contacts}, {"rules and profiles", k.schemes}, {"seals of canaries", k.canaries},
			{"sightings and facts open", k.cases}, {"link indexes open", k.indexes},
		} {
			c := store.Check{Name: part.name, Failures: []string{}}
			if err := part.run(tx, &c); err != nil && !damage(err) {
				return err
			} else if err != nil {
				broken(&c, "%v", err)
			}
			report.Checks = append(report.Checks, c)
		}
		proofs, err := erase.Check(ctx, tx, r.ring)
		report.Checks = append(report.Checks, proofs...)
		return err
	})
	if damage(err) {
		c := store.Check{Name: "reading", Count: 1, Failures: []string{}}
		broken(&c, "%v", err)
		report.Checks, err = append(report.Checks, c), nil
	}
	return report, k.counts, err
}

// damage tells an error that says that content is broken from one about reading.
func damage(err error) bool {
	return errors.Is(err, store.ErrCorrupt) || errors.Is(err, key.ErrSealed) || errors.Is(err, link.ErrFormat) || errors.Is(err, canary.ErrProfile)
}

const shownFailures = 10

func broken(c *store.Check, format string, args ...any) {
	if c.Failed++; len(c.Failures) < shownFailures {
		c.Failures = append(c.Failures, fmt.Sprintf(format, args...))
	}
}

// remedyFor is what to do about a check that failed.
func remedyFor(c checkDoc) string {
	switch {
	case c.OK:
		return ""
	case c.Name == "file":
		return "the file itself is damaged: restore the newest backup that passes this check, and look for exports made since in the folders they went to"
	case strings.HasPrefix(c.Name, "ledger"):
		return "do not rely on this registry: restore a backup, and compare it with a checkpoint that was kept elsewhere (telltale ledger consistency)"
	case strings.Contains(c.Name, "erasure"), strings.Contains(c.Name, "erased"):
		return "an erasure took away or altered more than it says: restore a backup from before it, and forget again"
	case strings.Contains(c.Name, "index"):
		return "rows of these snapshots are not found any more: restore a backup, or export the same tables again to make the indexes anew"
	default:
		return "these records cannot be used: restore a backup that passes this check"
	}
}

// checker opens everything that is sealed.
type checker struct {
	ctx    context.Context
	r      *registry
	counts map[string]int
}

func (k *checker) contacts(tx store.Tx, c *store.Check) error {
	recipients, err := tx.Recipients()
	k.counts["recipients"] = len(recipients)
	for _, x := range recipients {
		if c.Count++; len(x.Note) > 0 {
			if _, err := k.r.unseal("recipient", x.Name, x.Note); err != nil {
				broken(c, "recipient %q: its note: %v", x.Name, err)
			}
		}
	}
	if err != nil {
		return err
	}
	pool, err := tx.Contacts("")
	k.counts["contacts"] = len(pool)
	for _, x := range pool {
		c.Count++
		value, err := k.r.unseal("contact", x.Kind, x.Sealed)
		if err == nil && !slices.Contains(k.r.everyLookup(x.Kind, string(value)), x.Lookup) {
			err = errors.New("it is found under another value than it holds")
		}
		if err != nil {
			broken(c, "%s of the pool, place %d: %v", x.Kind, x.Order, err)
		}
	}
	return err
}

func (k *checker) schemes(tx store.Tx, c *store.Check) error {
	datasets, err := tx.Datasets()
	if err != nil {
		return err
	}
	k.counts["datasets"] = len(datasets)
	for _, d := range datasets {
		full, err := tx.Dataset(d.Name)
		if err != nil {
			return err
		}
		for _, s := range full.Schemes {
			c.Count++
			if _, err := schemeOf(s); err != nil {
				broken(c, "dataset %q, scheme %d: its rules: %v", d.Name, s.Version, err)
			}
			if len(s.Profile) == 0 {
				continue
			}
			root, err := k.r.ring.Root(d.Name, s.Version)
			if err == nil {
				_, _, err = match.OpenProfile(root, d.Name, s.Profile)
			}
			if err != nil {
				broken(c, "scheme %d: %v", s.Version, err)
			}
		}
	}
	return nil
}

func (k *checker) canaries(tx store.Tx, c *store.Check) error {
	exports, err := tx.Exports("")
	if err != nil {
		return err
	}
	k.counts["exports"] = len(exports)
	for _, x := range exports {
		list, err := tx.Canaries(x.ID)
		if err != nil {
			return err
		}
		k.counts["canaries"] += len(list)
		for _, s := range list {
			if c.Count++; !x.Retired.IsZero() {
				continue
			}
			root, err := k.r.ring.Root(x.Dataset, x.Scheme)
			if err != nil {
				return err
			}
			one, err := match.OpenCanary(root, x.ID, s.Sealed)
			if err == nil && fmt.Sprint(canary.Lookups(one, root.Derive("canary-lookup").Hasher())) != fmt.Sprint(s.Lookups) {
				err = fmt.Errorf("canary of export %s: it would not be recognised by what it carries", x.ID)
			}
			if err != nil {
				broken(c, "place %d: %v", s.Slot, err)
			}
		}
	}
	return k.ctx.Err()
}

func (k *checker) cases(tx store.Tx, c *store.Check) error {
	cases, err := tx.Cases()
	if err != nil {
		return err
	}
	k.counts["cases"] = len(cases)
	for _, x := range cases {
		sightings, err := tx.Sightings(x.Name)
		if err != nil {
			return err
		}
		k.counts["sightings"] += len(sightings)
		for _, s := range sightings {
			if c.Count++; k.ctx.Err() != nil {
				return k.ctx.Err()
			}
			_, err := k.r.sightingCodec(s, func(*match.Reading) (match.LostReading, bool) { return match.LostReading{}, false })
			if err != nil {
				broken(c, "case %q, sighting %d: %v", x.Name, s.Seq, err)
			}
		}
		facts, err := tx.Facts(x.Name)
		if err != nil {
			return err
		}
		k.counts["facts"] += len(facts)
		for _, f := range facts {
			c.Count++
			plain, err := k.r.unseal("fact", x.Name, f.Sealed)
			if err == nil && !json.Valid(plain) {
				err = errors.New("what it holds is no fact")
			}
			if err != nil {
				broken(c, "case %q, fact %d: %v", x.Name, f.Seq, err)
			}
		}
	}
	return nil
}

// indexes reads every index as match does, and its sealed contacts.
func (k *checker) indexes(tx store.Tx, c *store.Check) error {
	datasets, err := tx.Datasets()
	if err != nil {
		return err
	}
	for _, d := range datasets {
		snapshots, err := tx.Snapshots(d.Name)
		if err != nil {
			return err
		}
		k.counts["snapshots"] += len(snapshots)
		for _, s := range snapshots {
			c.Count++
			err := k.index(tx, d, s)
			if k.ctx.Err() != nil {
				return k.ctx.Err()
			}
			if err != nil {
				broken(c, "dataset %q, snapshot %s: %v", d.Name, s.ID, err)
			}
		}
	}
	return nil
}

func (k *checker) index(tx store.Tx, d store.Dataset, s store.Snapshot) error {
	if s.Erased() {
		return nil
	}
	at := s.Scheme - 1
	if at < 0 || at >= len(d.Schemes) || d.Schemes[at].Version != s.Scheme {
		return fmt.Errorf("scheme %d: %w", s.Scheme, store.ErrNotFound)
	}
	rules, err := schemeOf(d.Schemes[at])
	if err != nil {
		return err
	}
	spec := link.Spec{Columns: rules.Columns, Locale: rules.Locale}
	root, err := k.r.ring.Root(d.Name, s.Scheme)
	if err != nil {
		return err
	}
	tree := link.NewRowTree(spec, d.Name, s.ID, root)
	var chunks []link.Chunk
	err = tx.Chunks(s.ID, func(x store.Chunk) error {
		chunk := link.Chunk{Segment: x.Segment, Column: x.Column, Part: x.Part, Data: x.Data}
		chunks = append(chunks, chunk)
		return errors.Join(k.ctx.Err(), tree.Take(chunk))
	})
	if err != nil {
		return err
	}
	if int64(tree.Rows()) != s.Rows {
		return fmt.Errorf("its index has %d rows, %d were recorded", tree.Rows(), s.Rows)
	}
	_, err = link.LoadRows(spec, s.Rows, func() (link.Chunk, error) {
		if len(chunks) == 0 {
			return link.Chunk{}, io.EOF
		}
		x := chunks[0]
		chunks = chunks[1:]
		return x, nil
	})
	return err
}
