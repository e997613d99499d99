package evidence_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"telltale/internal/evidence"
	"telltale/internal/key"
)

// signerOf is the signer of a key file.
func (w *world) signerOf(file string) note.Signer {
	w.t.Helper()
	own, err := key.Decode(w.read(file), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	s, err := own.Derive("checkpoint").Signer("telltale/" + own.ID())
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// TestSeveralKeys packs bundles of a ledger that changed its key, and that
// keys for one task wrote to. Both verifiers take them, with the old public key
// and with the new one, and refuse what a key packs that it may not have written.
func TestSeveralKeys(t *testing.T) {
	judge := second(t)
	w := newWorld(t)
	w.table(60, 21, []string{"--receipt"}, func(int) bool { return true })
	first := publicOf(t, w, "r.db.key")
	out, code := w.run("receipt", "key", "bolt", "--out", w.path("bolt.key"))
	if code != 0 {
		t.Fatal(out)
	}
	bolt, _, _ := strings.Cut(out, "\n")
	w.ok("receipt", "sign", w.path("copies/customers.bolt.csv.receipt"), "--key", w.path("bolt.key"), "--copy", w.path("copies/customers.bolt.csv"), "--out", w.path("signed"))
	w.ok("ledger", "checkpoint", "--out", w.path("before.note"))
	w.ok("key", "rotate", "--out", w.path("new.key"))
	w.ok("--key-file", w.path("new.key"), "key", "issue", "--role", "issuing", "--out", w.path("issuing.key"))
	w.ok("--key-file", w.path("new.key"), "key", "issue", "--role", "investigating", "--out", w.path("seeing.key"))
	w.ok("--key-file", w.path("issuing.key"), "export", w.path("customers.csv"), "--dataset", "customers", "--to", "cargo", "--out", w.path("issued.csv"))
	w.leak("issued-leak.csv", "issued.csv", func(int) bool { return true })
	w.ok("--key-file", w.path("new.key"), "match", w.path("leak.csv"), "--case", "c")
	w.ok("--key-file", w.path("seeing.key"), "match", w.path("issued-leak.csv"), "--case", "d")
	w.ok("--key-file", w.path("new.key"), "evidence", "pack", "c", "--out", w.path("old.zip"), "--checkpoint", w.path("before.note"),
		"--receipt", w.path("signed"), "--recipient-key", bolt)
	w.ok("--key-file", w.path("seeing.key"), "evidence", "pack", "d", "--out", w.path("issued.zip"))
	for _, name := range []string{"old.zip", "issued.zip"} {
		data := w.read(name)
		for _, root := range []string{"", first, publicOf(t, w, "new.key")} {
			r := evidence.Verify(data, evidence.Options{PublicKey: root})
			if !r.Valid() {
				t.Errorf("%s, by %q: %s", name, root, failed(r))
			}
		}
		if r := evidence.Verify(data, evidence.Options{PublicKey: publicOf(t, w, "issuing.key")}); r.Valid() {
			t.Errorf("%s: an issuing key was taken for the whole one", name)
		}
		if ok, said := judge(data); !ok {
			t.Errorf("%s, second verifier: %s", name, said)
		}
	}
	for _, c := range []struct {
		name, file, signer string
		change             func(*evidence.Bundle)
	}{
		{"no turns", "issued.zip", "seeing.key", func(b *evidence.Bundle) { b.Turns = nil }},
		{"no keys", "issued.zip", "seeing.key", func(b *evidence.Bundle) { b.Keys, b.Turns = nil, nil }},
		{"a key of another role", "issued.zip", "seeing.key", func(b *evidence.Bundle) { keyOf(b, "investigating").Role = "whole" }},
		{"a key less", "issued.zip", "seeing.key", func(b *evidence.Bundle) { b.Keys = slices.Delete(b.Keys, 2, 3) }},
		{"certificate of another", "issued.zip", "seeing.key", func(b *evidence.Bundle) { b.Keys[2].Certificate = b.Keys[3].Certificate }},
		{"successor that the predecessor did not sign", "old.zip", "new.key", func(b *evidence.Bundle) { cut(&b.Keys[1].Certificate, "\n\n", 1) }},
		{"another key for the scheme", "issued.zip", "seeing.key", func(b *evidence.Bundle) { b.Dataset.Key = "" }},
		{"the proof of a turn", "issued.zip", "seeing.key", func(b *evidence.Bundle) { b.Turns[0].Proof = nil }},
		{"a receipt that an investigator signed", "old.zip", "new.key", func(b *evidence.Bundle) {
			b.Receipt.Note = strings.Replace(b.Receipt.Note, "\u2014 telltale", "\u2014 telltalf", 1)
		}},
	} {
		bad, err := evidence.Rewrite(w.read(c.file), w.signerOf(c.signer), true, c.change)
		if err != nil {
			t.Fatal(c.name, err)
		}
		r := evidence.Verify(bad, evidence.Options{})
		other, said := judge(bad)
		if r.Valid() || other {
			t.Errorf("%s: valid is %v (%s) and %v (%s)", c.name, r.Valid(), failed(r), other, said)
		}
	}
}

func publicOf(t *testing.T, w *world, file string) string {
	t.Helper()
	return w.signerOf(file).(*key.Signer).Public()
}

func keyOf(b *evidence.Bundle, role string) *evidence.LedgerKey {
	return &b.Keys[slices.IndexFunc(b.Keys, func(k evidence.LedgerKey) bool { return k.Role == role })]
}

// cut removes the first signature of a note.
func cut(text *string, before string, lines int) {
	head, signatures, _ := strings.Cut(*text, before)
	*text = head + before + strings.Join(strings.SplitAfter(signatures, "\n")[lines:], "")
}
