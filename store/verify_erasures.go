package store

// erasedContent is what the erasures say of one record.
type erasedContent struct{ original, now [32]byte }

// erasures notes what erasures commit to, and checks that each begins where
// the one before it ended.
func (v *verifier) erasures() error {
	c := v.step("erasures")
	v.erased = map[entryKey]*erasedContent{}
	list, err := v.tx.Erasures()
	for _, e := range list {
		v.match(c, KindErasure, e.Subject(), e.Digest())
		for _, x := range e.Changes {
			k := entryKey{x.Kind, x.Subject}
			was, ok := v.erased[k]
			if !ok {
				v.erased[k] = &erasedContent{x.Before, x.After}
				continue
			}
			if was.now != x.Before {
				c.fail("erasure %d: %s %q was not what the erasure before it left", e.Seq, x.Kind, x.Subject)
			}
			was.now = x.After
		}
	}
	return err
}

// content checks that what stands in a record is what was recorded, or what the
// last erasure left. original is zero where nothing was erased.
func (v *verifier) content(c *Check, kind, subject string, original, now [32]byte) {
	e, ok := v.erased[entryKey{kind, subject}]
	switch {
	case !ok && original != ([32]byte{}):
		c.fail("%s %q: its content was replaced, and no erasure says so", kind, subject)
	case ok && original != e.original:
		c.fail("%s %q: it was not this content that was erased", kind, subject)
	case ok && now != e.now:
		c.fail("%s %q: it is not what the erasure left", kind, subject)
	}
}

// index checks that the index that a snapshot should have now is what the
// erasures left.
func (v *verifier) index(c *Check, s Snapshot) error {
	if s.Now == s.Index && v.erased[entryKey{KindSnapshot, s.ID}] == nil {
		return nil
	}
	original, err := IndexSum(s.Index)
	if err != nil {
		return err
	}
	now, err := IndexSum(s.Now)
	if err != nil {
		return err
	}
	v.content(c, KindSnapshot, s.ID, original, now)
	return nil
}

// retired checks that an export counts as retired exactly when an erasure says
// so.
func (v *verifier) retired(c *Check, e Export) {
	if _, ok := v.erased[entryKey{KindExport, e.ID}]; ok == e.Retired.IsZero() {
		c.fail("export %q: whether it is retired is not what the erasures say", e.ID)
	}
}
