package evidence

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"telltale/store"
)

// Check is one thing that was verified.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

// Report is what a verification came to. Bundle is nil where the archive could
// not be read.
type Report struct {
	Checks []Check
	Bundle *Bundle
}

// Valid tells whether every check passed.
func (r Report) Valid() bool {
	for _, c := range r.Checks {
		if !c.OK {
			return false
		}
	}
	return len(r.Checks) > 0
}

func (r *Report) check(name string, err error, detail string, args ...any) bool {
	c := Check{Name: name, OK: err == nil, Detail: fmt.Sprintf(detail, args...)}
	if err != nil {
		c.Detail = err.Error()
	}
	r.Checks = append(r.Checks, c)
	return c.OK
}

// Options are what a verifier knows besides the archive.
type Options struct {
	PublicKey  string   // that the ledger's key must be, or of several one whole key; "" for any
	Checkpoint []byte   // that was kept elsewhere and must be among those of the bundle; nil for none
	Leaks      []string // files that the evidence was found in, to be compared with what the bundle says of them
}

// Verify checks an archive: every byte of it, every proof, and every number,
// from the archive alone.
func Verify(data []byte, o Options) Report {
	var r Report
	a, err := unpack(data)
	if !r.check("archive", err, "%d bytes, none of them free", len(data)) {
		return r
	}
	b, err := decode(a.bundle)
	if !r.check("bundle", err, "%s", Schema) {
		return r
	}
	r.Bundle = b
	v := &verification{Report: &r, b: b, a: a, options: o}
	if !v.signatures() || !v.ledger() || !v.records() || !v.openings() {
		return r
	}
	v.receipt()
	v.linking()
	v.reading()
	v.result()
	v.leaks()
	return r
}

type verification struct {
	*Report
	b       *Bundle
	a       *archive
	options Options

	verifier    note.Verifier
	writers     store.Writers // none where one key wrote everything
	checkpoint  store.Checkpoint
	commitments Commitments
}

// signatures checks that one key signed the archive and the ledger.
func (v *verification) signatures() bool {
	var err error
	v.verifier, err = note.NewVerifier(v.b.PublicKey)
	if err == nil && len(v.b.Keys) > 0 {
		err = v.trust()
	} else if err == nil && v.options.PublicKey != "" && v.options.PublicKey != v.b.PublicKey {
		err = fmt.Errorf("the bundle's key is %s, want %s", v.b.PublicKey, v.options.PublicKey)
	}
	detail := "any key: compare it with the one that the issuer published, or give --public-key"
	if v.options.PublicKey != "" {
		detail = "the one that was given"
	}
	if !v.check("public key", err, "%s: %s", v.b.PublicKey, detail) {
		return false
	}
	return v.check("signature of the archive", v.manifest(), "signed by %s", v.verifier.Name())
}

func (v *verification) manifest() error {
	n, err := note.Open(v.a.manifest, note.VerifierList(v.verifier))
	if err == nil && n.Text != v.a.manifestText() {
		err = errors.New("the manifest names other digests than those of the files")
	}
	return err
}

// ledger checks the checkpoint, the proofs of all entries, and the stamps.
func (v *verification) ledger() bool {
	var err error
	var last store.Writer
	v.checkpoint, last, err = v.readCheckpoint(v.b.Checkpoint)
	if err == nil && last.Public != "" && last.Public != v.b.PublicKey {
		err = fmt.Errorf("it is signed by %s, the bundle by %s", last.Public, v.b.PublicKey)
	}
	if !v.check("ledger checkpoint", err, "%d entries", v.checkpoint.Size) {
		return false
	}
	if !v.check("ledger entries", v.inclusion(), "%d entries are in the ledger", len(v.b.Entries)) {
		return false
	}
	if len(v.b.Keys) > 0 && !v.check("who wrote what", v.written(last), "every entry was signed for by a key that may write it") {
		return false
	}
	detail, err := v.stamps()
	v.check("time", err, "%s", detail)
	if v.options.Checkpoint != nil {
		detail, err := v.kept()
		v.check("checkpoint kept elsewhere", err, "%s", detail)
	}
	return true
}

func (v *verification) inclusion() error {
	last := int64(0)
	for _, e := range v.b.Entries {
		entry, err := e.entry()
		if err == nil && e.Seq <= last {
			err = fmt.Errorf("entry %d stands behind entry %d", e.Seq, last)
		}
		if err == nil {
			err = store.VerifyInclusion(v.checkpoint, entry, plain(e.Proof))
		}
		if err != nil {
			return err
		}
		last = e.Seq
	}
	return nil
}

func (e LedgerEntry) entry() (store.Entry, error) {
	out := store.Entry{Seq: e.Seq, At: moment(e.Micros), Kind: e.Kind, Subject: e.Subject}
	if len(e.Digest) != 32 || len(e.Salt) != 16 {
		return out, fmt.Errorf("entry %d: digest of %d bytes, salt of %d, want 32 and 16", e.Seq, len(e.Digest), len(e.Salt))
	}
	copy(out.Digest[:], e.Digest)
	copy(out.Salt[:], e.Salt)
	return out, nil
}

func plain(proof []Hex) [][]byte {
	out := make([][]byte, len(proof))
	for i, h := range proof {
		out[i] = h
	}
	return out
}

// find returns the entry of that kind and subject.
func (v *verification) find(kind, subject string) (LedgerEntry, error) {
	for _, e := range v.b.Entries {
		if e.Kind == kind && e.Subject == subject {
			return e, nil
		}
	}
	return LedgerEntry{}, fmt.Errorf("no ledger entry %s %q", kind, subject)
}

// result recomputes every number.
func (v *verification) result() {
	got, err := v.b.compute()
	if err == nil {
		err = v.sane()
	}
	if err == nil {
		err = differ(got, v.b.Result)
	}
	if !v.check("numbers", err, "log10 LR %.2f, bound on a false accusation %.2g among %d candidates; %.2f had the %d rows that are left out been left out on purpose",
		got.Log10LR, got.Bound, got.Candidates, got.Cherry, v.b.leftOut()) {
		return
	}
	for _, f := range v.a.files()[1:3] {
		want := map[string]string{fileStatement: v.b.statement(), fileComputing: v.b.computation()}[f.name]
		err = nil
		if string(*f.data) != want {
			err = fmt.Errorf("%s does not say what the bundle says", f.name)
		}
		v.check(strings.TrimSuffix(f.name, ".txt"), err, "it says what the bundle says")
	}
}

// leftOut is how many rows of the inputs were considered and are not opened.
func (b *Bundle) leftOut() (n int64) {
	for _, in := range b.Inputs {
		n += max(0, in.considered()-in.Used)
	}
	return n
}

func (v *verification) sane() error {
	r := v.b.Result
	switch {
	case !(r.Alpha > 0 && r.Alpha < 1):
		return fmt.Errorf("alpha %v", r.Alpha)
	case r.Candidates < 1:
		return fmt.Errorf("%d candidates", r.Candidates)
	case v.b.Recipients < 0 || v.b.Recipients > r.Candidates:
		return fmt.Errorf("%d candidates of %d recipients", r.Candidates, v.b.Recipients)
	case !(r.Floor >= 0 && r.Floor <= 1):
		return fmt.Errorf("share of controls %v", r.Floor)
	}
	return nil
}

func differ(got, want Computed) error {
	close := func(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a)) }
	if len(got.Lines) != len(want.Lines) || !close(got.Log10LR, want.Log10LR) || !close(got.Cherry, want.Cherry) || got.Passes != want.Passes ||
		math.Abs(got.Bound-want.Bound) > 1e-6*got.Bound {
		return fmt.Errorf("log10 LR %v, bound %v, with picking %v are stated, but %v, %v, %v follow", want.Log10LR, want.Bound, want.Cherry, got.Log10LR, got.Bound, got.Cherry)
	}
	for i, l := range got.Lines {
		if w := want.Lines[i]; w.Source != l.Source || w.N != l.N || !close(w.Log10LR, l.Log10LR) {
			return fmt.Errorf("%s: log10 LR %v of %d is stated, %v of %d follows", l.Source, w.Log10LR, w.N, l.Log10LR, l.N)
		}
	}
	return nil
}
