package store

import (
	"context"
	"errors"
	"fmt"
)

// shown is how many failures of one check a report tells in words.
const shown = 10

// Report says what Verify looked at and what it found.
type Report struct {
	Entries int64 // in the ledger
	Checks  []Check
}

// Check is one part of a verification.
type Check struct {
	Name     string
	Count    int64    // how many things were looked at
	Failed   int64    // how many of them are not as they were recorded
	Failures []string // the first of them, in plain words; never nil
}

// OK tells whether the check passed.
func (c Check) OK() bool { return c.Failed == 0 }

// Valid tells whether every check passed.
func (r Report) Valid() bool {
	for _, c := range r.Checks {
		if !c.OK() {
			return false
		}
	}
	return true
}

func (c *Check) fail(format string, args ...any) {
	if c.Failed++; len(c.Failures) < shown {
		c.Failures = append(c.Failures, fmt.Sprintf(format, args...))
	}
}

// Integrity is what a Store may offer besides: a check of its own structure,
// which tells what is wrong in plain words.
type Integrity interface {
	Integrity(ctx context.Context) (trouble []string, err error)
}

// Verify checks a registry against its ledger: that the tree over all entries
// has the root that was signed, that every record is what its entry commits
// to, and that there is neither a record without entry nor an entry without
// record.
//
// What it cannot see is a registry that was replaced as a whole by an older
// copy of itself: VerifyConsistency with a checkpoint that was kept elsewhere
// does.
//
// The error is about reading only; damage that the backend reports as
// ErrCorrupt is a failed check.
func Verify(ctx context.Context, st Store, signer Signer) (Report, error) {
	v := &verifier{ctx: ctx, signer: signer, entries: map[entryKey]*committed{}, tree: NewTree(), turns: &turns{roots: map[int64][32]byte{}}}
	if in, ok := st.(Integrity); ok {
		if err := v.integrity(ctx, in); err != nil {
			return v.report, err
		}
	}
	err := st.View(ctx, v.run)
	if errors.Is(err, ErrCorrupt) || errors.Is(err, ErrNotFound) { // what one list names, another lacks
		v.step("file").fail("%v", err)
		err = nil
	}
	return v.report, err
}

type entryKey struct{ kind, subject string }

// committed is what the ledger says about one record.
type committed struct {
	seq    int64
	digest [32]byte
	seen   bool // a record for it was met
}

type verifier struct {
	ctx     context.Context
	signer  Signer
	tx      Tx
	report  Report
	entries map[entryKey]*committed
	order   []entryKey // of entries for records, as in the ledger
	erased  map[entryKey]*erasedContent
	tree    *Tree
	turns   *turns
}

func (v *verifier) step(name string) *Check {
	v.report.Checks = append(v.report.Checks, Check{Name: name, Failures: []string{}})
	return &v.report.Checks[len(v.report.Checks)-1]
}

func (v *verifier) integrity(ctx context.Context, in Integrity) error {
	c := v.step("file")
	trouble, err := in.Integrity(ctx)
	if errors.Is(err, ErrCorrupt) {
		trouble, err = []string{err.Error()}, nil
	}
	c.Count = 1
	for _, line := range trouble {
		c.fail("the registry's file: %s", line)
	}
	return err
}

func (v *verifier) run(tx Tx) error {
	v.tx = tx
	for _, check := range []func() error{
		v.writers, v.grow, v.checkpoint, v.written, v.key, v.keys, v.erasures, v.recipients, v.contacts, v.datasets, v.snapshots, v.exports, v.lookups, v.cases, v.stamps, v.leftovers,
	} {
		if err := v.ctx.Err(); err != nil {
			return err
		}
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// grow reads the ledger and notes what it commits to.
func (v *verifier) grow() error {
	c := v.step("ledger entries")
	err := v.tx.Entries(func(e Entry) error {
		if c.Count++; v.tree.Append(e) != nil {
			c.fail("ledger entry %d does not follow entry %d: one is missing, or they changed places", e.Seq, v.tree.Size())
		}
		v.turns.pass(e, v.tree)
		v.note(c, e)
		return nil
	})
	v.report.Entries = c.Count
	return err
}

func (v *verifier) note(c *Check, e Entry) {
	if !IsRecord(e.Kind) {
		return
	}
	k := entryKey{e.Kind, e.Subject}
	if old, ok := v.entries[k]; ok {
		c.fail("ledger entry %d: %s %q was recorded before, in entry %d", e.Seq, e.Kind, e.Subject, old.seq)
		return
	}
	v.entries[k] = &committed{seq: e.Seq, digest: e.Digest}
	v.order = append(v.order, k)
}

// checkpoint compares the tree with what was signed.
func (v *verifier) checkpoint() error {
	c := v.step("ledger checkpoint")
	c.Count = 1
	signed, err := v.tx.Checkpoint()
	switch {
	case errors.Is(err, ErrCorrupt):
		c.fail("%v", err)
		return nil
	case err != nil:
		return err
	case v.signer == nil:
		c.fail("the signature of the checkpoint cannot be checked without the key")
	default:
		kept := signed
		if signed, v.turns.last, err = v.turns.writers.Read(signed.Text); err != nil {
			c.fail("%v", err)
			return nil
		}
		v.turns.end = signed
		if kept.Size != signed.Size || kept.Root != signed.Root {
			c.fail("the ledger's tree is kept as one of %d entries that is not the one that was signed", kept.Size)
		}
	}
	switch {
	case signed.Size != v.tree.Size():
		c.fail("the ledger ends with entry %d, but entry %d was signed as its last: entries are missing or were added", v.tree.Size(), signed.Size)
	case signed.Root != v.tree.Root():
		c.fail("the ledger's entries are not those that were signed: one was altered, removed or moved")
	}
	return nil
}

// match compares a record with its entry.
func (v *verifier) match(c *Check, kind, subject string, digest [32]byte) {
	e, ok := v.entries[entryKey{kind, subject}]
	if c.Count++; !ok {
		c.fail("%s %q: the ledger has no entry for it", kind, subject)
		return
	}
	if e.seen = true; e.digest != digest {
		c.fail("%s %q: it is not what ledger entry %d recorded", kind, subject, e.seq)
	}
}

// has tells whether the ledger has an entry of that kind.
func (v *verifier) has(kind, subject string) bool {
	_, ok := v.entries[entryKey{kind, subject}]
	return ok
}

// leftovers finds entries whose records are gone.
func (v *verifier) leftovers() error {
	c := v.step("nothing missing")
	for _, k := range v.order {
		e := v.entries[k]
		if c.Count++; !e.seen {
			c.fail("%s %q: ledger entry %d recorded it, and it is gone", k.kind, k.subject, e.seq)
		}
	}
	return nil
}
