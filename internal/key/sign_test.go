package key

import (
	"testing"

	"golang.org/x/mod/sumdb/note"
)

func TestSigner(t *testing.T) {
	s, err := Secret{1}.Signer("telltale/x")
	if err != nil {
		t.Fatal(err)
	}
	other, err := Secret{2}.Signer("telltale/x")
	if err != nil {
		t.Fatal(err)
	}
	text, err := note.Sign(&note.Note{Text: "hello\n"}, s)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := note.Sign(&note.Note{Text: "hello\n"}, s)
	if string(text) != string(again) {
		t.Error("two signatures of one text differ")
	}
	if _, err := note.Open(text, note.VerifierList(s.Verifier())); err != nil {
		t.Error(err)
	}
	if _, err := note.Open(text, note.VerifierList(other.Verifier())); err == nil {
		t.Error("another key verifies it")
	}
	public, err := note.NewVerifier(s.Public())
	if err != nil || public.KeyHash() != s.KeyHash() {
		t.Errorf("public key %s: %v", s.Public(), err)
	}
	if _, err := (Secret{}).Signer("a b"); err == nil {
		t.Error("a name with a blank is taken")
	}
}
