package evidence

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// The files of an archive, in their order.
const (
	fileBundle    = "evidence.json"
	fileStatement = "statement.txt"
	fileComputing = "computation.txt"
	fileManifest  = "manifest.note"
)

// MaxArchive is how long an archive may be, in bytes.
const MaxArchive = 256 << 20

// ErrArchive is wrapped by every error about an archive that is not one of
// ours, or was altered.
var ErrArchive = errors.New("not an unaltered evidence bundle")

// strictJSON decodes text, all of it, into v.
func strictJSON(text []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the document")
	}
	return nil
}

// archive is the files of a bundle.
type archive struct{ bundle, statement, computing, manifest []byte }

func (a *archive) files() []struct {
	name string
	data *[]byte
} {
	return []struct {
		name string
		data *[]byte
	}{{fileBundle, &a.bundle}, {fileStatement, &a.statement}, {fileComputing, &a.computing}, {fileManifest, &a.manifest}}
}

// manifestText lists the files with their digests: what is signed.
func (a *archive) manifestText() string {
	var b strings.Builder
	b.WriteString("telltale evidence 1\n")
	for _, f := range a.files()[:3] {
		fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(*f.data), f.name)
	}
	return b.String()
}

// sign makes the manifest.
func (a *archive) sign(s note.Signer) (err error) {
	a.manifest, err = note.Sign(&note.Note{Text: a.manifestText()}, s)
	return err
}

// pack writes the archive: stored, not compressed, without times, so that
// there is one way to write it.
func (a *archive) pack() ([]byte, error) {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, f := range a.files() {
		to, err := w.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Store})
		if err == nil {
			_, err = to.Write(*f.data)
		}
		if err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return buf.Bytes(), err
}

// unpack reads an archive, and refuses one that pack would have written in
// another way: no byte of it is free.
func unpack(data []byte) (*archive, error) {
	if len(data) > MaxArchive {
		return nil, fmt.Errorf("%w: it has %d bytes, want %d at most", ErrArchive, len(data), MaxArchive)
	}
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrArchive, err)
	}
	a := new(archive)
	files := a.files()
	if len(r.File) != len(files) {
		return nil, fmt.Errorf("%w: it has %d files, want %d", ErrArchive, len(r.File), len(files))
	}
	for i, f := range r.File {
		if f.Name != files[i].name || f.Method != zip.Store || f.UncompressedSize64 > uint64(len(data)) {
			return nil, fmt.Errorf("%w: file %d is %q, want %s, stored", ErrArchive, i+1, f.Name, files[i].name)
		}
		if *files[i].data, err = readAll(f); err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrArchive, f.Name, err)
		}
	}
	again, err := a.pack()
	if err != nil {
		return nil, err
	}
	if !slices.Equal(again, data) {
		return nil, fmt.Errorf("%w: bytes between its files were altered", ErrArchive)
	}
	return a, nil
}

func readAll(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}
