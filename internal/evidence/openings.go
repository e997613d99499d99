package evidence

import (
	"encoding/binary"
	"errors"
	"fmt"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/internal/identity"
	"telltale/internal/key"
	"telltale/match/link"
)

// openings checks that rows, bits, canaries and the key of the index are those
// that were committed to when the copy was issued.
func (v *verification) openings() bool {
	scheme, err := v.b.scheme()
	if err == nil {
		err = v.openedRows(scheme)
	}
	if !v.check("commitments of rows", err, "%d rows of %d, with their sites and the recipient's bits, are those committed to before", len(v.b.Rows.Opened), v.b.Snapshot.Rows) {
		return false
	}
	if !v.check("commitments of canaries", v.openedCanaries(), "%d of the copy's canaries are opened", len(v.b.Canaries.Opened)) {
		return false
	}
	err = nil
	if len(v.b.LinkKey) != 32 || linkCommitment([32]byte(v.b.LinkKey)) != v.commitments.Link {
		err = errors.New("the key of the index is not the one committed to")
	}
	return v.check("commitment of the index", err, "the key by which rows were found is the one committed to")
}

func (v *verification) openedRows(scheme fingerprint.Scheme) error {
	if len(v.b.Rows.Opened) == 0 {
		if len(v.b.Rows.Sites)+len(v.b.Rows.Words)+len(v.b.Leak) > 0 {
			return errors.New("proofs without rows")
		}
		return nil
	}
	listed := 0
	for _, c := range scheme.Columns {
		if c.Key || c.Identity {
			listed++
		}
	}
	carriers := len(carriersOf(scheme))
	var places []int
	var sites, words []Hash
	for i, r := range v.b.Rows.Opened {
		if err := r.shaped(listed, carriers); err != nil {
			return fmt.Errorf("row %d: %w", i, err)
		}
		site, word := r.leaves()
		places, sites, words = append(places, int(r.Place)), append(sites, site), append(words, word)
	}
	for _, tree := range []struct {
		name   string
		leaves []Hash
		proof  []Hex
		root   Hash
	}{{"sites", sites, v.b.Rows.Sites, v.commitments.Sites}, {"bits", words, v.b.Rows.Words, v.commitments.Word}} {
		if err := proved(int(v.b.Snapshot.Rows), places, tree.leaves, tree.proof, tree.root); err != nil {
			return fmt.Errorf("%s: %w", tree.name, err)
		}
	}
	return nil
}

func proved(size int, places []int, leaves []Hash, proof []Hex, want Hash) error {
	hashes := make([]Hash, len(proof))
	for i, h := range proof {
		var err error
		if hashes[i], err = hash32("proof", h); err != nil {
			return err
		}
	}
	root, err := climbProof(size, places, leaves, hashes)
	if err == nil && root != want {
		err = errors.New("not what was committed to before the copy was issued")
	}
	return err
}

// shaped tells what keeps a row from being hashed.
func (r Row) shaped(listed, carriers int) error {
	if len(r.Key) != 16 || len(r.Salt) != 16 || len(r.WordSalt) != 16 {
		return errors.New("key and salts must have 16 bytes")
	}
	if len(r.Hashes) != listed || len(r.Sites) != carriers || len(r.Bits) != carriers || r.Number >= 1<<53 {
		return fmt.Errorf("%d identities, %d sites and %d bits, want %d, %d and %d", len(r.Hashes), len(r.Sites), len(r.Bits), listed, carriers, carriers)
	}
	for _, h := range r.Hashes {
		if len(h) != 8 {
			return errors.New("an identity's hash must have 8 bytes")
		}
	}
	for i, s := range r.Sites {
		if s.Mask > 1 || r.Bits[i]&^1 != 0 {
			return errors.New("masks and bits are 0 or 1")
		}
	}
	return nil
}

// leaves are the hashes of the row in the two trees.
func (r Row) leaves() (site, word Hash) {
	b := append(append([]byte{0}, r.Salt...), r.Key...)
	for _, h := range r.Hashes {
		b = append(b, h...)
	}
	for _, s := range r.Sites {
		b = binary.BigEndian.AppendUint32(b, s.U)
		b = binary.BigEndian.AppendUint32(b, s.Bias)
		b = append(b, s.Mask)
	}
	w := append(append([]byte{0}, r.WordSalt...), r.Key...)
	w = binary.BigEndian.AppendUint64(w, r.Number)
	for _, bit := range r.Bits {
		w = append(w, byte(bit))
	}
	return hashOf(b), hashOf(w)
}

func (v *verification) openedCanaries() error {
	c := v.b.Canaries
	if c.Size != len(v.b.Export.Digests) {
		return fmt.Errorf("%d canaries, and the copy has %d", c.Size, len(v.b.Export.Digests))
	}
	var places []int
	var leaves []Hash
	for _, o := range c.Opened {
		if len(o.Salt) != 16 {
			return errors.New("a salt must have 16 bytes")
		}
		places = append(places, o.Place)
		leaves = append(leaves, leafHash(append(append([]byte{}, o.Salt...), o.Text...)))
	}
	if len(places) == 0 {
		if len(v.b.Hits)+len(c.Proof) > 0 {
			return errors.New("hits of canaries that are not opened")
		}
		return nil
	}
	if err := proved(c.Size, places, leaves, c.Proof, v.commitments.Canaries); err != nil {
		return err
	}
	return v.hits()
}

// hits checks what is said of the canaries that were seen.
func (v *verification) hits() error {
	seen := map[int]bool{}
	for i, h := range v.b.Hits {
		c, err := v.b.canary(h.Of)
		switch {
		case err != nil:
			return fmt.Errorf("hit %d: %w", i, err)
		case c.Shared:
			return fmt.Errorf("hit %d: canary %d is in several copies", i, c.Slot)
		case seen[h.Of]:
			return fmt.Errorf("hit %d: canary %d counts twice", i, c.Slot)
		}
		seen[h.Of] = true
		if err := v.hit(h, c); err != nil {
			return fmt.Errorf("hit %d: %w", i, err)
		}
	}
	return nil
}

func (v *verification) hit(h Hit, c canary.Canary) error {
	for _, j := range h.Identities {
		if j < 0 || j >= len(c.Identities) {
			return fmt.Errorf("identity %d of %d", j, len(c.Identities))
		}
	}
	if bits := canary.Together(c, h.Identities); h.Bits > bits+1e-9 {
		return fmt.Errorf("%v bits of surprise are stated, the identities have %v", h.Bits, bits)
	}
	least := int64(0)
	for _, in := range v.b.Inputs {
		least += max(1, in.Rows)
	}
	if h.Guesses < float64(least) {
		return fmt.Errorf("%v guesses, and the inputs have %d rows", h.Guesses, least)
	}
	return nil
}

// linking checks that each row of the leak shows values of the row that it is
// said to show, by what was committed to of that row.
func (v *verification) linking() {
	scheme, err := v.b.scheme()
	if err == nil {
		err = v.linked(scheme)
	}
	v.check("linking", err, "%d rows of the inputs hold values that were committed to with the rows of the table", len(v.b.Leak))
}

func (v *verification) linked(scheme fingerprint.Scheme) error {
	prf := key.OpenedPRF([32]byte(v.b.LinkKey))
	used := make([]int64, len(v.b.Inputs))
	lastInput, lastRow := 0, int64(0)
	for i, l := range v.b.Leak {
		if l.Input < 0 || l.Input >= len(used) || l.Of < 0 || l.Of >= len(v.b.Rows.Opened) {
			return fmt.Errorf("row %d of the leak: no such input or row", i)
		}
		if l.Input < lastInput || l.Input == lastInput && l.Row <= lastRow && i > 0 || l.Row < 1 || l.Row > v.b.Inputs[l.Input].Rows {
			return fmt.Errorf("row %d of the leak is not in order, or stands twice", i)
		}
		lastInput, lastRow = l.Input, l.Row
		if !v.b.Inputs[l.Input].sampled(l.Row) {
			return fmt.Errorf("row %d of input %d is not in the sample that its digest draws", l.Row, l.Input)
		}
		used[l.Input]++
		if err := identified(scheme, prf, l, v.b.Rows.Opened[l.Of]); err != nil {
			return fmt.Errorf("row %d of input %s: %w", l.Row, v.b.Inputs[l.Input].Name, err)
		}
	}
	for i, in := range v.b.Inputs {
		if in.Used != used[i] {
			return fmt.Errorf("input %s: %d rows are stated, %d are there", in.Name, in.Used, used[i])
		}
		if in.Sample < SampleOf(in.Rows) {
			return fmt.Errorf("input %s: its sample is smaller than it must be", in.Name)
		}
	}
	return nil
}

func identified(scheme fingerprint.Scheme, prf key.PRF, l Leaked, row Row) error {
	list := map[int]int{}
	for i, c := range scheme.Columns {
		if c.Key || c.Identity {
			list[i] = len(list)
		}
	}
	for k, x := range l.Identities {
		at, ok := list[x.Column]
		if !ok || k > 0 && x.Column <= l.Identities[k-1].Column {
			return fmt.Errorf("column %d holds no identity, or stands twice", x.Column)
		}
		kind := scheme.Columns[x.Column].Kind
		if v, ok := identity.Canonical(kind, x.Cell, scheme.Locale); !ok || v != x.Canonical {
			return fmt.Errorf("column %s: the cell has another canonical form than stated", scheme.Columns[x.Column].Name)
		}
		if link.HashUnder(prf, kind, x.Canonical) != binary.BigEndian.Uint64(row.Hashes[at]) {
			return fmt.Errorf("column %s: the value is not the one committed to", scheme.Columns[x.Column].Name)
		}
	}
	if !identifies(scheme, l.Identities) {
		return errors.New("its values do not name a row")
	}
	return nil
}

// reading checks that cells hold the ranks that are stated, and that no cell
// was passed over: all rows of an input show the same columns.
func (v *verification) reading() {
	scheme, err := v.b.scheme()
	if err == nil {
		err = v.read(scheme)
	}
	v.check("reading", err, "the cells of columns with marks were read as this program reads them, and none was passed over")
}

func (v *verification) read(scheme fingerprint.Scheme) error {
	carriers, err := parseCarriers(scheme)
	if err != nil {
		return err
	}
	columns := map[int][]Mark{}
	for _, l := range v.b.Leak {
		first, ok := columns[l.Input]
		if !ok {
			columns[l.Input], first = l.Marks, l.Marks
		}
		if len(first) != len(l.Marks) {
			return fmt.Errorf("row %d of input %d shows other columns than the first", l.Row, l.Input)
		}
		for k, m := range l.Marks {
			c := carriers[m.Column]
			if c == nil || m.Column != first[k].Column || k > 0 && m.Column <= l.Marks[k-1].Column {
				return fmt.Errorf("row %d of input %d shows other columns than the first", l.Row, l.Input)
			}
			if _, rank, ok := c.Class(m.Cell); ok != (m.Rank != nil) || ok && rank != *m.Rank {
				return fmt.Errorf("row %d of input %d, column %s: the cell holds another rank than stated", l.Row, l.Input, scheme.Columns[m.Column].Name)
			}
		}
	}
	return nil
}
