package store

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Anchored is what a Signer may offer besides: the whole key that its holder
// was told to trust. A whole key trusts itself.
type Anchored interface {
	Anchor() note.Verifier // nil for none
}

// Anchors are the keys that a signer trusts.
func Anchors(s Signer) []note.Verifier {
	if a, ok := s.(Anchored); ok && a.Anchor() != nil {
		return []note.Verifier{a.Anchor()}
	}
	return []note.Verifier{s.Verifier()}
}

// turns is who wrote which part of a ledger.
type turns struct {
	writers Writers
	closed  []turn             // ascending
	roots   map[int64][32]byte // of the tree at their sizes
	marked  []mark             // entries of kinds that not every key may write
	end     Checkpoint
	last    Writer
}

type turn struct {
	Checkpoint
	by Writer
}

type mark struct {
	seq  int64
	kind string
}

// pass takes the next entry, after which the tree is as given.
func (t *turns) pass(e Entry, tree *Tree) {
	if _, ok := t.roots[e.Seq]; ok && tree.Size() == e.Seq {
		t.roots[e.Seq] = tree.Root()
	}
	for _, r := range []Role{Issuing, Investigating} {
		if !r.MayWrite(e.Kind) {
			t.marked = append(t.marked, mark{e.Seq, e.Kind})
			return
		}
	}
}

// writers reads whose signatures count, and where they took turns.
func (v *verifier) writers() error {
	if v.signer == nil {
		return nil
	}
	c := v.step("keys that wrote")
	keys, err := v.tx.Keys()
	if err != nil {
		return err
	}
	c.Count = int64(len(keys))
	if v.turns.writers, err = Trust(keys, Anchors(v.signer)...); err != nil {
		c.fail("%v", err)
		v.turns.writers, _ = Trust(nil, Anchors(v.signer)...)
	}
	list, err := v.tx.Turns()
	if err != nil {
		return err
	}
	for _, kept := range list {
		signed, by, err := v.turns.writers.Read(kept.Text)
		if err == nil && signed.Size != kept.Size {
			err = fmt.Errorf("turn at entry %d: %w: its checkpoint is of entry %d", kept.Size, ErrCorrupt, signed.Size)
		}
		if err != nil {
			c.fail("%v", err)
			continue
		}
		v.turns.closed = append(v.turns.closed, turn{signed, by})
		v.turns.roots[signed.Size] = [32]byte{}
	}
	return nil
}

// written checks that every entry was signed for by one key, which may write
// entries of its kind.
func (v *verifier) written() error {
	if v.signer == nil || v.turns.last.Verifier == nil {
		return nil
	}
	c := v.step("who wrote what")
	t := v.turns
	list := append(t.closed, turn{t.end, t.last})
	next, at := int64(1), 0
	for i, one := range list {
		c.Count++
		since := max(1, one.Since)
		if since != next {
			c.fail("entries %d to %d: no key signed for them, or two did", min(next, since), max(next, since)-1)
		}
		if root := t.roots[one.Size]; i < len(list)-1 && one.Size > 0 && root != one.Root {
			c.fail("the ledger's first %d entries are not those that key %s signed", one.Size, one.by.Verifier.Name())
		}
		if one.by.Granted >= since && one.by.ID != t.writers[0].ID {
			c.fail("key %s wrote entry %d and was added by entry %d", one.by.ID, since, one.by.Granted)
		}
		for ; at < len(t.marked) && t.marked[at].seq <= one.Size; at++ {
			if m := t.marked[at]; !one.by.Role.MayWrite(m.kind) {
				c.fail("ledger entry %d (%s) was written with key %s, which is an %s key and may not write it", m.seq, m.kind, one.by.ID, one.by.Role)
			}
		}
		next = one.Size + 1
	}
	return nil
}

// keys checks the records of keys, and the secrets that their holders have.
func (v *verifier) keys() error {
	c := v.step("keys and secrets")
	list, err := v.tx.Keys()
	if err != nil {
		return err
	}
	for _, k := range list {
		v.match(c, KindGrant, k.ID, k.Digest())
		if e, ok := v.entries[entryKey{KindGrant, k.ID}]; ok && e.seq != k.Granted {
			c.fail("key %s: it was added by entry %d, not by %d", k.ID, e.seq, k.Granted)
		}
		end, ended := v.entries[entryKey{KindRevoke, k.ID}]
		if ended != (k.Ended > 0) || ended && end.seq != k.Ended {
			c.fail("key %s: the ledger says otherwise whether and when it ended", k.ID)
		}
		if ended {
			v.match(c, KindRevoke, k.ID, RevokeDigest(k.ID))
		}
		if err := v.secrets(c, k); err != nil {
			return err
		}
	}
	v.forgotten(list)
	return nil
}

func (v *verifier) secrets(c *Check, k Key) error {
	list, err := v.tx.Secrets(k.ID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if k.Ended > 0 && len(list) > 0 {
		c.fail("key %s: it ended, and still holds %d secrets", k.ID, len(list))
	}
	for _, s := range list {
		v.match(c, KindSecret, s.Entry(), s.Digest())
	}
	return nil
}

// forgotten excuses the secrets that were taken from keys that ended.
func (v *verifier) forgotten(keys []Key) {
	for k, e := range v.entries {
		for _, one := range keys {
			if k.kind == KindSecret && one.Ended > 0 && strings.HasPrefix(k.subject, one.ID+"/") {
				e.seen = true
			}
		}
	}
}
