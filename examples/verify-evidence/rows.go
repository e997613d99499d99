package main

import (
	"bytes"
	"crypto/aes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

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
