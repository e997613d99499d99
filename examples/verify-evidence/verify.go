package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	if wantKey != "" && len(b.Keys) == 0 && wantKey != b.PublicKey {
		return nil, errors.New("another key than the one given signed it")
	}
	key, err := parseKey(b.PublicKey)
	if err != nil {
		return nil, err
	}
	if err := manifest(key, content); err != nil {
		return nil, err
	}
	v := &verifier{bundle: b, key: key, want: wantKey}
	for _, step := range []struct {
		name string
		run  func() error
	}{
		{"keys", v.trust}, {"ledger", v.ledger}, {"records", v.records}, {"custody", v.custody}, {"receipt", v.receipt}, {"rows", v.rows}, {"canaries", v.canaries},
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
	want   string   // the key that was given, or ""
	keys   []writer // that may write; the first is the ledger's first
	state  state
	scheme rules
}

func (v *verifier) ledger() (err error) {
	last, err := v.checkpoint(v.Checkpoint)
	if err != nil {
		return err
	}
	if last.by.key.name != v.key.name || !bytes.Equal(last.by.key.id, v.key.id) {
		return errors.New("one key signed the checkpoint, another the bundle")
	}
	v.state = last.state
	before := int64(0)
	for _, e := range v.Entries {
		if len(e.Digest) != 32 || len(e.Salt) != 16 || e.Seq <= before {
			return fmt.Errorf("entry %d", e.Seq)
		}
		before = e.Seq
		r := begin("leaf")
		r.ints(e.Seq, e.Micros)
		r.texts(e.Kind, e.Subject)
		r.bytes(e.Digest)
		r.bytes(e.Salt)
		if err := v.state.included(e.Seq-1, hashLeaf(r.b), e.Proof); err != nil {
			return fmt.Errorf("entry %d: %w", e.Seq, err)
		}
	}
	if err := v.written(last); err != nil {
		return err
	}
	for i, s := range v.Stamps {
		older, err := v.checkpoint(s.Checkpoint)
		if err == nil {
			err = v.state.continues(older.state, s.Proof)
		}
		if err != nil {
			return fmt.Errorf("stamp %d: %w", i+1, err)
		}
	}
	return nil
}
