package link

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"slices"
	"testing"
)

// buildSealed is build with the contacts kept.
func buildSealed(t *testing.T, rows [][]string) []Chunk {
	t.Helper()
	var chunks []Chunk
	b := NewBuilder(spec, func(c Chunk) error { chunks = append(chunks, c); return nil })
	b.KeepContacts("orders", master)
	ix := NewIndexer(spec, "orders", master)
	var batch Batch
	for i, row := range rows {
		ix.Entry(&batch, rowKey(i), row)
	}
	if err := b.Add(&batch); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Close(); err != nil {
		t.Fatal(err)
	}
	return chunks
}

func hashedLeak(rows [][]string) (leak [][]string) {
	for _, row := range rows {
		sum := md5.Sum([]byte(row[1]))
		leak = append(leak, []string{hex.EncodeToString(sum[:]), row[5]})
	}
	return leak
}

// Hashes of e-mail addresses link to their rows, across the borders of sealed
// chunks; nothing of the addresses can be read in the chunks.
func TestHashesLink(t *testing.T) {
	rows := orders(sealChunk + 500)
	rows[5][1] = "" // not every row has an address
	chunks := buildSealed(t, rows)
	for _, c := range chunks {
		if bytes.Contains(c.Data, []byte("mail.example")) || bytes.Contains(c.Data, []byte(rows[9][1])) {
			t.Fatalf("%s of %s shows addresses", c.Part, c.Column)
		}
	}
	l := NewLinker(load(t, spec, chunks), "orders", master)
	tail := rows[sealChunk-300:]
	leak := hashedLeak(tail)
	m, err := l.Recognise(leak, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := NewCells(spec.Locale)
	for i, row := range leak {
		c.Reset(row)
		if k, ok := m.Link(c); !ok || k.Row != uint32(sealChunk-300+i) || k.Way != Hash {
			t.Fatalf("row %d links to %d (%v, %s)", sealChunk-300+i, k.Row, ok, k.Way)
		}
	}
	foreign, err := l.Recognise(hashedLeak(orders(sealChunk + 800)[sealChunk+500:]), nil)
	if err != nil || foreign.Linked > 0 {
		t.Errorf("%d hashes of strangers link, error %v", foreign.Linked, err)
	}
}

// A sealed chunk that was changed, or put at another place, is an error.
func TestSealedIsBound(t *testing.T) {
	rows := orders(200)
	for name, change := range map[string]func([]Chunk){
		"changed": func(c []Chunk) { c[len(c)-2].Data = slices.Clone(c[len(c)-2].Data); c[len(c)-2].Data[70] ^= 1 },
		"swapped": func(c []Chunk) { c[len(c)-1].Data, c[len(c)-2].Data = c[len(c)-2].Data, c[len(c)-1].Data },
	} {
		chunks := buildSealed(t, rows)
		change(chunks)
		if _, err := NewLinker(load(t, spec, chunks), "orders", master).Recognise(hashedLeak(rows), nil); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: got %v, want ErrFormat", name, err)
		}
	}
}

// An index of before there were halves and contacts links as it did.
func TestOldIndex(t *testing.T) {
	rows := orders(500)
	old := slices.DeleteFunc(buildSealed(t, rows), func(c Chunk) bool { return c.Part == partHalves || c.Part == partSealed })
	l := NewLinker(load(t, spec, old), "orders", master)
	yes, no := links(l, rows, func(i int, row uint32) bool { return int(row) == i })
	if yes != len(rows) || no != 0 {
		t.Errorf("%d of %d rows link, %d wrongly", yes, len(rows), no)
	}
	if m, err := l.Recognise(hashedLeak(rows), nil); err != nil || m.Linked != 0 {
		t.Errorf("%d hashes link, error %v", m.Linked, err)
	}
}
