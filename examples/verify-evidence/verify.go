package main

import (
	"archive/zip"
	"bytes"
	"crypto/aes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

var files = []string{"evidence.json", "statement.txt", "computation.txt", "manifest.note"}

// verify checks everything that it can without the program, and returns the
// first thing that is wrong.
func verify(data []byte, wantKey string) (*bundle, error) {
	content, err := unzip(data)
	if err != nil {
		return nil, err
	}
	b := new(bundle)
	if err := strict(content[0], b); err != nil {
		return nil, fmt.Errorf("evidence.json: %w", err)
	}
	if b.Schema != "telltale.evidence/1" {
		return nil, fmt.Errorf("schema %q", b.Schema)
	}
	if wantKey != "" && wantKey != b.PublicKey {
		return nil, errors.New("another key than the one given signed it")
	}
	key, err := parseKey(b.PublicKey)
	if err != nil {
		return nil, err
	}
	if err := manifest(key, content); err != nil {
		return nil, err
	}
	v := &verifier{bundle: b, key: key}
	for _, step := range []struct {
		name string
		run  func() error
	}{
		{"ledger", v.ledger}, {"records", v.records}, {"custody", v.custody}, {"receipt", v.receipt}, {"rows", v.rows}, {"canaries", v.canaries},
		{"linking", v.linking}, {"reading", v.reading}, {"numbers", v.numbers},
	} {
		if err := step.run(); err != nil {
			return nil, fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return b, nil
}

// unzip reads the four files and makes sure that the archive has no other
// byte than those that a plain writer would put there.
func unzip(data []byte) ([][]byte, error) {
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	if len(r.File) != len(files) {
		return nil, errors.New("the archive must hold four files")
	}
	var content [][]byte
	var again bytes.Buffer
	w := zip.NewWriter(&again)
	for i, f := range r.File {
		if f.Name != files[i] || f.Method != zip.Store {
			return nil, fmt.Errorf("file %d of the archive is not %s, stored", i+1, files[i])
		}
		from, err := f.Open()
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(from)
		if err != nil {
			return nil, err
		}
		content = append(content, text)
		to, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Store})
		if err != nil {
			return nil, err
		}
		to.Write(text)
	}
	w.Close()
	if !bytes.Equal(again.Bytes(), data) {
		return nil, errors.New("bytes between the files of the archive were altered")
	}
	return content, nil
}

func strict(text []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the document")
	}
	return nil
}

func manifest(key publicKey, content [][]byte) error {
	text, err := key.open(string(content[3]))
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	want := "telltale evidence 1\n"
	for i, name := range files[:3] {
		want += fmt.Sprintf("%x  %s\n", sum(content[i]), name)
	}
	if text != want {
		return errors.New("manifest: the digests are not those of the files")
	}
	return nil
}

type verifier struct {
	*bundle
	key    publicKey
	state  state
	scheme rules
}

func (v *verifier) ledger() (err error) {
	if v.state, err = v.key.checkpoint(v.Checkpoint); err != nil {
		return err
	}
	last := int64(0)
	for _, e := range v.Entries {
		if len(e.Digest) != 32 || len(e.Salt) != 16 || e.Seq <= last {
			return fmt.Errorf("entry %d", e.Seq)
		}
		last = e.Seq
		r := begin("leaf")
		r.ints(e.Seq, e.Micros)
		r.texts(e.Kind, e.Subject)
		r.bytes(e.Digest)
		r.bytes(e.Salt)
		if err := v.state.included(e.Seq-1, hashLeaf(r.b), e.Proof); err != nil {
			return fmt.Errorf("entry %d: %w", e.Seq, err)
		}
	}
	for i, s := range v.Stamps {
		older, err := v.key.checkpoint(s.Checkpoint)
		if err == nil {
			err = v.state.continues(older, s.Proof)
		}
		if err != nil {
			return fmt.Errorf("stamp %d: %w", i+1, err)
		}
	}
	return nil
}

// recorded returns the number of the entry, which must commit to what r
// encodes.
func (v *verifier) recorded(kind, subject string, r *record) (int64, error) {
	for _, e := range v.Entries {
		if e.Kind == kind && e.Subject == subject {
			if !bytes.Equal(e.Digest, sum(r.b)) {
				return 0, fmt.Errorf("%s %s is not what entry %d recorded", kind, subject, e.Seq)
			}
			return e.Seq, nil
		}
	}
	return 0, fmt.Errorf("no entry %s %s", kind, subject)
}

func (v *verifier) records() error {
	d, s, x := v.Dataset, v.Snapshot, v.Export
	scheme := begin("scheme")
	scheme.text(d.Name)
	scheme.int(d.Version)
	scheme.bytes(sum([]byte(d.Rules)))
	scheme.bytes(d.Profile)
	scheme.int(d.Micros)
	table := begin("snapshot")
	table.texts(s.ID, d.Name)
	table.ints(d.Version, s.Rows)
	table.texts(s.SHA256, s.Index)
	table.int(s.Micros)
	if len(d.Profile) != 32 || x.State != "issued" {
		return errors.New("profile or state")
	}
	issued, err := v.recorded("issue", x.ID, v.exportRecord("issued"))
	if err != nil {
		return err
	}
	for _, before := range []struct {
		kind, subject string
		r             *record
	}{{"scheme", d.Name + "/" + strconv.FormatInt(d.Version, 10), scheme}, {"snapshot", s.ID, table}, {"export", x.ID, v.exportRecord("pending")}} {
		seq, err := v.recorded(before.kind, before.subject, before.r)
		if err != nil {
			return err
		}
		if seq >= issued {
			return fmt.Errorf("%s was recorded after the copy was issued", before.kind)
		}
	}
	if len(x.Commitments) != 128 {
		return errors.New("no commitments")
	}
	return json.Unmarshal([]byte(d.Rules), &v.scheme)
}

func (v *verifier) exportRecord(state string) *record {
	x := v.Export
	r := begin("export")
	r.texts(x.ID, v.Dataset.Name, x.Recipient, v.Snapshot.ID, state, x.File, x.SHA256)
	r.ints(v.Dataset.Version, x.Bytes, x.Rows, x.MarkedCells, x.ChangedCells, x.Canaries, x.Shared, x.Withheld)
	r.float(x.WithholdRate)
	r.float(x.Density)
	r.ints(x.Micros, int64(len(x.Digests)))
	for _, d := range x.Digests {
		r.bytes(d)
	}
	if len(x.Commitments) > 0 {
		r.bytes(sum(x.Commitments))
	}
	return r
}

func (v *verifier) custody() error {
	issued := int64(0)
	for _, e := range v.Entries {
		if e.Kind == "issue" && e.Subject == v.Export.ID {
			issued = e.Seq
		}
	}
	seen := map[string]bool{}
	for _, s := range v.Sightings {
		r := begin("sighting")
		r.texts(s.ID, v.Case)
		r.int(s.Seq)
		r.texts(s.Kind, s.SHA256)
		r.ints(s.Seen, s.Micros)
		r.bytes(s.Sealed)
		seq, err := v.recorded("sighting", v.Case+"/"+strconv.FormatInt(s.Seq, 10), r)
		if err != nil {
			return err
		}
		if len(s.Sealed) != 32 || seq <= issued {
			return fmt.Errorf("sighting %d was recorded before the copy was issued", s.Seq)
		}
		seen[s.SHA256] = true
	}
	if len(v.Inputs) == 0 {
		return errors.New("no inputs")
	}
	for _, in := range v.Inputs {
		if !seen[in.SHA256] {
			return fmt.Errorf("input %s was never recorded", in.Name)
		}
	}
	return nil
}

// receipt checks what the recipient signed, if anything.
func (v *verifier) receipt() error {
	if v.Receipt == nil {
		return nil
	}
	recipient, err := parseKey(v.Receipt.PublicKey)
	if err != nil {
		return err
	}
	text, err := openNote(v.Receipt.Note, v.key, recipient)
	if err != nil {
		return err
	}
	x := v.Export
	want := fmt.Sprintf("telltale receipt 1\nexport: %q\ndataset: %q\nrecipient: %q\nissued: %s\nsha256: %s\nbytes: %d\nrows: %d\ncommitments: %x\n", x.ID, v.Dataset.Name,
		x.Recipient, time.UnixMicro(x.Micros).UTC().Format(time.RFC3339Nano), x.SHA256, x.Bytes, x.Rows, sum(x.Commitments))
	if text != want {
		return errors.New("it is of another copy")
	}
	return nil
}

func (v *verifier) rows() error {
	if len(v.Rows.Opened) == 0 {
		if len(v.Rows.Sites)+len(v.Rows.Words)+len(v.Leak) > 0 {
			return errors.New("proofs without rows")
		}
		return nil
	}
	listed, carriers := len(v.scheme.listed()), len(v.scheme.carriers())
	sites, words := map[int64][]byte{}, map[int64][]byte{}
	last := int64(-1)
	for i, r := range v.Rows.Opened {
		if len(r.Key) != 16 || len(r.Salt) != 16 || len(r.WordSalt) != 16 || len(r.Hashes) != listed || len(r.Sites) != carriers ||
			len(r.Bits) != carriers || r.Number >= 1<<53 || r.Place <= last {
			return fmt.Errorf("row %d has not the form that the scheme gives it", i)
		}
		last = r.Place
		site := append(append([]byte{0}, r.Salt...), r.Key...)
		for _, h := range r.Hashes {
			if len(h) != 8 {
				return fmt.Errorf("row %d: hash of an identity", i)
			}
			site = append(site, h...)
		}
		word := append(append([]byte{0}, r.WordSalt...), r.Key...)
		word = binary.BigEndian.AppendUint64(word, r.Number)
		for j, s := range r.Sites {
			if s.Mask > 1 || r.Bits[j] < 0 || r.Bits[j] > 1 {
				return fmt.Errorf("row %d: mask or bit", i)
			}
			site = binary.BigEndian.AppendUint32(site, s.U)
			site = binary.BigEndian.AppendUint32(site, s.Bias)
			site = append(site, s.Mask)
			word = append(word, byte(r.Bits[j]))
		}
		sites[r.Place], words[r.Place] = sum(site), sum(word)
	}
	for i, tree := range []struct {
		leaves map[int64][]byte
		proof  []hexBytes
	}{{sites, v.Rows.Sites}, {words, v.Rows.Words}} {
		root, err := rootFrom(v.Snapshot.Rows, tree.leaves, tree.proof)
		if err != nil {
			return err
		}
		if !bytes.Equal(root, v.Export.Commitments[32*i:32*i+32]) {
			return errors.New("not what was committed to")
		}
	}
	return nil
}

func (v *verifier) canaries() error {
	c := v.Canaries
	if c.Size != len(v.Export.Digests) {
		return errors.New("their number is not that of the copy")
	}
	leaves := map[int64][]byte{}
	last := -1
	for _, o := range c.Opened {
		if len(o.Salt) != 16 || o.Place <= last {
			return errors.New("salt or place")
		}
		last = o.Place
		leaves[int64(o.Place)] = hashLeaf(append(append([]byte{}, o.Salt...), o.Text...))
	}
	if len(leaves) == 0 {
		if len(v.Hits)+len(c.Proof) > 0 {
			return errors.New("hits of canaries that are not opened")
		}
		return nil
	}
	root, err := rootFrom(int64(c.Size), leaves, c.Proof)
	if err != nil {
		return err
	}
	if !bytes.Equal(root, v.Export.Commitments[64:96]) {
		return errors.New("not what was committed to")
	}
	return v.hits()
}

func (v *verifier) hits() error {
	least := int64(0)
	for _, in := range v.Inputs {
		least += max(1, in.Rows)
	}
	seen := map[int]bool{}
	for i, h := range v.Hits {
		c, err := v.planted(h.Of)
		if err != nil {
			return err
		}
		draws := map[string]float64{}
		for _, j := range h.Identities {
			if j < 0 || j >= len(c.Identities) {
				return fmt.Errorf("hit %d: no such identity", i)
			}
			for _, p := range c.Identities[j].Parts {
				draws[p.Draw] = math.Max(draws[p.Draw], p.Bits)
			}
		}
		bits := 0.0
		for _, b := range draws {
			bits += b
		}
		if c.Shared || seen[h.Of] || h.Bits > bits+1e-9 || h.Guesses < float64(least) {
			return fmt.Errorf("hit %d is not what the canary gives", i)
		}
		seen[h.Of] = true
	}
	return nil
}

func (v *verifier) planted(at int) (c planted, err error) {
	if at < 0 || at >= len(v.Canaries.Opened) {
		return c, errors.New("no such canary")
	}
	return c, json.Unmarshal([]byte(v.Canaries.Opened[at].Text), &c)
}

func (v *verifier) linking() error {
	if len(v.LinkKey) != 32 || !bytes.Equal(sum(append([]byte("telltale/1/link"), v.LinkKey...)), v.Export.Commitments[96:]) {
		return errors.New("the key of the index is not the one committed to")
	}
	list := map[int]int{}
	for i, column := range v.scheme.listed() {
		list[column] = i
	}
	used := make([]int64, len(v.Inputs))
	for i, l := range v.Leak {
		if l.Input < 0 || l.Input >= len(used) || l.Of < 0 || l.Of >= len(v.Rows.Opened) || l.Row < 1 || l.Row > v.Inputs[l.Input].Rows {
			return fmt.Errorf("row %d: no such input or row", i)
		}
		if i > 0 && (l.Input < v.Leak[i-1].Input || l.Input == v.Leak[i-1].Input && l.Row <= v.Leak[i-1].Row) {
			return fmt.Errorf("row %d is not in order", i)
		}
		if !v.sampled(l.Input, l.Row) {
			return fmt.Errorf("row %d is not in the sample", i)
		}
		used[l.Input]++
		strong := len(l.Identities) > 1
		for k, x := range l.Identities {
			at, ok := list[x.Column]
			if !ok || k > 0 && x.Column <= l.Identities[k-1].Column {
				return fmt.Errorf("row %d: column %d", i, x.Column)
			}
			kind := v.scheme.Columns[x.Column].Kind
			if hashUnder(v.LinkKey, "kind/"+kind, x.Canonical) != binary.BigEndian.Uint64(v.Rows.Opened[l.Of].Hashes[at]) {
				return fmt.Errorf("row %d: a value is not the one committed to", i)
			}
			strong = strong || alone(kind, x.Canonical)
		}
		if !strong {
			return fmt.Errorf("row %d: its values do not name a row", i)
		}
	}
	for i, in := range v.Inputs {
		if in.Used != used[i] || in.Sample < smallest(in.Rows) {
			return fmt.Errorf("input %d: rows used, or its sample", i)
		}
	}
	return nil
}

func smallest(rows int64) uint64 {
	if rows <= 5000 {
		return math.MaxUint64
	}
	return uint64(float64(math.MaxUint64) / float64(rows) * 5000)
}

func (v *verifier) sampled(input int, row int64) bool {
	in := v.Inputs[input]
	h := sum(binary.BigEndian.AppendUint64([]byte(in.SHA256), uint64(row)))
	return in.Sample == math.MaxUint64 || binary.BigEndian.Uint64(h) <= in.Sample
}

// alone tells whether one value of the kind names a row.
func alone(kind, value string) bool {
	switch kind {
	case "phone", "email", "national-id":
		return value != ""
	case "serial":
		trimmed := strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
				return r
			}
			return -1
		}, value)
		return len(strings.TrimLeft(trimmed, "0")) >= 6
	}
	return false
}

// hashUnder is the CBC-MAC of docs/format/link-index.md.
func hashUnder(key []byte, domain, value string) uint64 {
	block, err := aes.NewCipher(key)
	if err != nil {
		return 0
	}
	state := make([]byte, 16)
	for _, s := range []string{domain, value} {
		message := append(binary.LittleEndian.AppendUint32(nil, uint32(len(s))), s...)
		for len(message)%16 != 0 {
			message = append(message, 0)
		}
		for ; len(message) > 0; message = message[16:] {
			for i := range state {
				state[i] ^= message[i]
			}
			block.Encrypt(state, state)
		}
	}
	return max(1, binary.BigEndian.Uint64(state))
}

// reading checks that all rows of an input show the same columns, and the
// ranks of plain numbers.
func (v *verifier) reading() error {
	carrier := map[int]bool{}
	for _, c := range v.scheme.carriers() {
		carrier[c] = true
	}
	first := map[int]int{}
	for i, l := range v.Leak {
		if _, ok := first[l.Input]; !ok {
			first[l.Input] = i
		}
		want := v.Leak[first[l.Input]].Marks
		if len(want) != len(l.Marks) {
			return fmt.Errorf("row %d shows other columns than the first", i)
		}
		for k, m := range l.Marks {
			if m.Column != want[k].Column || !carrier[m.Column] || k > 0 && m.Column <= l.Marks[k-1].Column {
				return fmt.Errorf("row %d shows other columns than the first", i)
			}
			if rank, ok := plainNumber(v.scheme.Columns[m.Column].Carrier, m.Cell); ok && (m.Rank == nil || *m.Rank != rank) {
				return fmt.Errorf("row %d: the cell %q holds another rank", i, m.Cell)
			}
		}
	}
	return nil
}

// plainNumber is the rank of a cell of digits, with at most one dot, under the
// carrier number:STEP with STEP 1, 0.1, 0.01 and so on. ok is false where it
// cannot tell.
func plainNumber(carrier, cell string) (rank int64, ok bool) {
	kind, step, _ := strings.Cut(carrier, ":")
	whole, decimals, dotted := strings.Cut(cell, ".")
	if kind != "number" || whole == "" || strings.Trim(whole+decimals, "0123456789") != "" || strings.Trim(whole+decimals, "0") == "" || dotted && len(decimals) == 3 {
		return 0, false
	}
	if len(whole) > 1 && whole[0] == '0' {
		return 0, false
	}
	places := 0
	switch {
	case step == "" || step == "1":
	case strings.HasPrefix(step, "0.") && strings.TrimRight(step[2:len(step)-1], "0") == "" && step[len(step)-1] == '1':
		places = len(step) - 2
	default:
		return 0, false
	}
	if len(decimals) > places {
		return 0, false
	}
	for len(decimals) < places {
		decimals += "0"
	}
	rank, err := strconv.ParseInt(whole+decimals, 10, 64)
	return rank, err == nil
}
