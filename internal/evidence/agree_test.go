package evidence_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"telltale/internal/cli"
	"telltale/internal/evidence"
	"telltale/internal/key"
	"telltale/internal/synthetic"
)

// world is a registry with three recipients, a copy for each, and a case.
type world struct {
	t      testing.TB
	dir    string
	now    time.Time
	signer note.Signer
}

func newWorld(t testing.TB) *world {
	w := &world{t: t, dir: t.TempDir(), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	w.ok("init")
	w.ok("recipient", "add", "acme", "bolt", "cargo")
	w.ok("pool", "add", "domain", "letterbox.example")
	text, err := os.ReadFile(w.path("r.db.key"))
	if err != nil {
		t.Fatal(err)
	}
	master, err := key.Decode(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	if w.signer, err = master.Derive("checkpoint").Signer("telltale/" + master.ID()); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) path(name string) string { return filepath.Join(w.dir, name) }

func (w *world) run(args ...string) (string, int) {
	var out, errs bytes.Buffer
	w.now = w.now.Add(time.Minute)
	env := cli.Env{In: strings.NewReader(""), Out: &out, Err: &errs, Now: func() time.Time { return w.now }, Getenv: func(name string) string {
		if name == "TELLTALE_REGISTRY" {
			return w.path("r.db")
		}
		return ""
	}}
	code := cli.Main(context.Background(), env, args)
	return out.String() + errs.String(), code
}

func (w *world) ok(args ...string) {
	w.t.Helper()
	if out, code := w.run(args...); code != 0 {
		w.t.Fatalf("telltale %s: exit %d\n%s", strings.Join(args, " "), code, out)
	}
}

// table registers and exports a table of n customers, and leaks part of bolt's
// copy: the rows that keep returns true for.
func (w *world) table(n int, seed uint64, options []string, keep func(i int) bool) {
	w.t.Helper()
	var buf bytes.Buffer
	if err := synthetic.Customers(n, seed).Write(&buf); err != nil {
		w.t.Fatal(err)
	}
	w.write("customers.csv", buf.Bytes())
	w.ok("dataset", "add", "customers", w.path("customers.csv"), "--key", "customer_id", "--carrier", "balance=number:0.01")
	w.ok(append([]string{"export", w.path("customers.csv"), "--dataset", "customers", "--to-all", "--out", w.path("copies")}, options...)...)
	w.leak("leak.csv", "copies/customers.bolt.csv", keep)
}

func (w *world) leak(to, from string, keep func(i int) bool) {
	w.t.Helper()
	data, err := os.ReadFile(w.path(from))
	if err != nil {
		w.t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		w.t.Fatal(err)
	}
	var out bytes.Buffer
	c := csv.NewWriter(&out)
	for i, row := range rows {
		if i == 0 || keep(i) {
			c.Write(row)
		}
	}
	c.Flush()
	w.write(to, out.Bytes())
}

func (w *world) write(name string, data []byte) {
	w.t.Helper()
	if err := os.WriteFile(w.path(name), data, 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) read(name string) []byte {
	w.t.Helper()
	data, err := os.ReadFile(w.path(name))
	if err != nil {
		w.t.Fatal(err)
	}
	return data
}

// bundle packs what the case says of a recipient.
func (w *world) bundle(name string, more ...string) []byte {
	w.t.Helper()
	w.ok(append([]string{"evidence", "pack", "c", "--out", w.path(name)}, more...)...)
	return w.read(name)
}

// second builds the verifier of examples/verify-evidence.
func second(t testing.TB) func(data []byte) (bool, string) {
	bin := filepath.Join(t.TempDir(), "verify-evidence")
	if out, err := exec.Command("go", "build", "-o", bin, "telltale/examples/verify-evidence").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	path := filepath.Join(t.TempDir(), "bundle.zip")
	return func(data []byte) (bool, string) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(bin, path).CombinedOutput()
		var exit *exec.ExitError
		if err != nil && (!asExit(err, &exit) || exit.ExitCode() != 5) {
			t.Fatalf("second verifier: %v\n%s", err, out)
		}
		return err == nil, string(out)
	}
}

func asExit(err error, to **exec.ExitError) bool {
	e, ok := err.(*exec.ExitError)
	*to = e
	return ok
}

func failed(r evidence.Report) string {
	for _, c := range r.Checks {
		if !c.OK {
			return c.Name + ": " + c.Detail
		}
	}
	return "nothing"
}

// cheats are changes by an issuer who signs whatever is wanted. Those of the
// second kind compute the numbers anew after the change.
func cheats(r *rand.Rand) []struct {
	name      string
	recompute bool
	change    func(*evidence.Bundle)
} {
	opened := func(b *evidence.Bundle) *evidence.Row { return &b.Rows.Opened[r.IntN(len(b.Rows.Opened))] }
	return []struct {
		name      string
		recompute bool
		change    func(*evidence.Bundle)
	}{
		{"bit of the recipient", true, func(b *evidence.Bundle) { opened(b).Bits[0] ^= 1 }},
		{"mask of a site", true, func(b *evidence.Bundle) { opened(b).Sites[0].Mask ^= 1 }},
		{"bias of a site", true, func(b *evidence.Bundle) { opened(b).Sites[0].Bias /= 2 }},
		{"site made one that is not marked", true, func(b *evidence.Bundle) { opened(b).Sites[1].U = 1<<32 - 1 }},
		{"withheld or not", true, func(b *evidence.Bundle) { opened(b).Number ^= 1 << 52 }},
		{"another row of the table", true, func(b *evidence.Bundle) { l := &b.Leak[r.IntN(len(b.Leak)-1)]; l.Of = (l.Of + 1) % len(b.Rows.Opened) }},
		{"another value", true, func(b *evidence.Bundle) { b.Leak[0].Identities[0].Canonical += "x" }},
		{"no identities", true, func(b *evidence.Bundle) { b.Leak[3].Identities = nil }},
		{"a cell passed over", true, func(b *evidence.Bundle) { l := &b.Leak[1+r.IntN(len(b.Leak)-1)]; l.Marks = l.Marks[1:] }},
		{"a number read otherwise", true, func(b *evidence.Bundle) {
			m := b.Leak[5].Marks
			*m[len(m)-1].Rank++
		}},
		{"a row passed over", false, func(b *evidence.Bundle) { b.Leak = b.Leak[1:] }},
		{"a row passed over, and its count", false, func(b *evidence.Bundle) { b.Leak = b.Leak[1:]; b.Inputs[0].Used-- }},
		{"a row twice", true, func(b *evidence.Bundle) { b.Leak = append(b.Leak, b.Leak[len(b.Leak)-1]); b.Inputs[0].Used++ }},
		{"fewer rows in the input", true, func(b *evidence.Bundle) { b.Inputs[0].Rows = 3 }},
		{"another input", true, func(b *evidence.Bundle) { b.Inputs[0].SHA256 = strings.Repeat("ab", 32) }},
		{"a smaller sample", true, func(b *evidence.Bundle) { b.Inputs[0].Sample /= 2 }},
		{"no inputs", true, func(b *evidence.Bundle) { b.Inputs, b.Leak = nil, nil }},
		{"another recipient", true, func(b *evidence.Bundle) { b.Export.Recipient = "cargo" }},
		{"another time of issue", true, func(b *evidence.Bundle) { b.Export.Micros++ }},
		{"another density", true, func(b *evidence.Bundle) { b.Export.Density /= 2 }},
		{"other commitments", true, func(b *evidence.Bundle) { b.Export.Commitments[70] ^= 1 }},
		{"another digest of the copy", true, func(b *evidence.Bundle) { b.Export.SHA256 = strings.Repeat("0", 64) }},
		{"pending", true, func(b *evidence.Bundle) { b.Export.State = "pending" }},
		{"another table", true, func(b *evidence.Bundle) { b.Snapshot.Rows++ }},
		{"other rules", true, func(b *evidence.Bundle) { b.Dataset.Rules = strings.Replace(b.Dataset.Rules, "0.01", "0.1", 1) }},
		{"a sighting of another time", true, func(b *evidence.Bundle) { b.Sightings[0].Micros-- }},
		{"no sightings", true, func(b *evidence.Bundle) { b.Sightings = nil }},
		{"an entry of another time", true, func(b *evidence.Bundle) { b.Entries[1].Micros-- }},
		{"an entry left out", true, func(b *evidence.Bundle) { b.Entries = b.Entries[1:] }},
		{"entries exchanged", true, func(b *evidence.Bundle) { b.Entries[0], b.Entries[1] = b.Entries[1], b.Entries[0] }},
		{"another ledger", true, func(b *evidence.Bundle) { b.Checkpoint = strings.Replace(b.Checkpoint, "telltale/", "telltale/0", 1) }},
		{"another key", true, func(b *evidence.Bundle) { b.PublicKey = strings.Replace(b.PublicKey, "telltale/", "telltale/0", 1) }},
		{"a stamp of another ledger", true, func(b *evidence.Bundle) { b.Stamps = []evidence.LedgerStamp{{Checkpoint: b.Checkpoint + "x"}} }},
		{"link key", true, func(b *evidence.Bundle) { b.LinkKey[0] ^= 1 }},
		{"a proof", true, func(b *evidence.Bundle) { b.Rows.Sites[0][0] ^= 1 }},
		{"a longer proof", true, func(b *evidence.Bundle) { b.Rows.Words = append(b.Rows.Words, b.Rows.Words[0]) }},
		{"more recipients than candidates", true, func(b *evidence.Bundle) { b.Recipients = b.Result.Candidates + 1 }},
		{"no candidates", false, func(b *evidence.Bundle) { b.Result.Candidates = 0 }},
		{"another likelihood ratio", false, func(b *evidence.Bundle) { b.Result.Log10LR += 0.001 }},
		{"another bound", false, func(b *evidence.Bundle) { b.Result.Bound /= 2 }},
		{"a line more", false, func(b *evidence.Bundle) {
			b.Result.Lines = append(b.Result.Lines, evidence.Line{Source: "hearsay", Log10LR: 0, N: 1})
		}},
		{"sufficient", false, func(b *evidence.Bundle) { b.Result.Passes = !b.Result.Passes }},
		{"picking", false, func(b *evidence.Bundle) { b.Result.Cherry++ }},
		{"canaries that were not seen", false, func(b *evidence.Bundle) {
			b.Hits, b.Canaries.Opened, b.Canaries.Proof = []evidence.Hit{}, []evidence.Opened{}, []evidence.Hex{}
		}},
		{"text of a canary", true, func(b *evidence.Bundle) {
			b.Canaries.Opened[0].Text = strings.Replace(b.Canaries.Opened[0].Text, "a", "b", 1)
		}},
		{"bits of a canary", true, func(b *evidence.Bundle) { b.Hits[0].Bits += 10 }},
		{"guesses", true, func(b *evidence.Bundle) { b.Hits[0].Guesses = 1 }},
		{"a canary twice", true, func(b *evidence.Bundle) { b.Hits = append(b.Hits, b.Hits[0]) }},
		{"a canary more", true, func(b *evidence.Bundle) { b.Canaries.Size++ }},
		{"a receipt of nobody", true, func(b *evidence.Bundle) {
			b.Receipt = &evidence.SignedReceipt{PublicKey: b.PublicKey, Note: b.Checkpoint}
		}},
		{"another schema", true, func(b *evidence.Bundle) { b.Schema = "telltale.evidence/2" }},
	}
}

var asked = flag.Int("asked", 20, "of how many altered bundles TestEveryByte asks the second verifier about one")

// TestEveryByte flips a bit in 2,000 bytes of a bundle, spread over all of it
// and with the first and last 600 among them. Seed 2.
func TestEveryByte(t *testing.T) {
	judge := second(t)
	w := newWorld(t)
	w.table(60, 7, []string{"--withhold", "0.05"}, func(int) bool { return true })
	w.ok("match", w.path("leak.csv"), "--case", "c")
	good := w.bundle("good.zip")
	if r := evidence.Verify(good, evidence.Options{}); !r.Valid() {
		t.Fatal(failed(r))
	}
	r := rand.New(rand.NewPCG(2, 0))
	for n := range 2000 {
		at := n
		switch {
		case n >= 1200:
			at = r.IntN(len(good))
		case n >= 600:
			at = len(good) - 1 - (n - 600)
		}
		bad := bytes.Clone(good)
		bad[at] ^= 1 << r.IntN(8)
		if evidence.Verify(bad, evidence.Options{}).Valid() {
			t.Errorf("byte %d of %d altered, and the bundle verifies", at, len(good))
		}
		if n%*asked > 0 {
			continue
		}
		if ok, _ := judge(bad); ok {
			t.Errorf("byte %d of %d altered, and the second verifier takes the bundle", at, len(good))
		}
	}
}

// TestIssuedAfterTheLeak has an issuer make, once the leak is seen, a copy that
// fits it: another scheme with other sites, or the same. Neither verifier takes
// it.
func TestIssuedAfterTheLeak(t *testing.T) {
	judge := second(t)
	w := newWorld(t)
	w.table(120, 9, nil, func(int) bool { return true })
	w.ok("match", w.path("leak.csv"), "--case", "c")
	w.ok("export", w.path("customers.csv"), "--dataset", "customers", "--to", "acme", "--out", w.path("late.csv"))
	out, _ := w.run("export", "list", "--json")
	late := lastID(t, out, "acme")
	data := w.bundle("late.zip", "--recipient", "acme", "--export", late)
	r := evidence.Verify(data, evidence.Options{})
	other, said := judge(data)
	if r.Valid() || other || !strings.Contains(failed(r), "before the copy was issued") || !strings.Contains(said, "before the copy was issued") {
		t.Errorf("valid is %v (%s) and %v (%s)", r.Valid(), failed(r), other, said)
	}
}

// lastID is the id of the export to a recipient that was issued last.
func lastID(t *testing.T, list, recipient string) (id string) {
	t.Helper()
	var doc struct {
		Exports []struct{ ID, Recipient string }
	}
	if err := json.Unmarshal([]byte(list), &doc); err != nil {
		t.Fatal(err)
	}
	for _, e := range doc.Exports {
		if e.Recipient == recipient {
			id = e.ID
		}
	}
	return id
}

// TestReceipt has the recipient sign for a copy, and puts the receipt of one
// copy into the bundle of another.
func TestReceipt(t *testing.T) {
	judge := second(t)
	w := newWorld(t)
	w.table(60, 15, []string{"--receipt"}, func(int) bool { return true })
	public := map[string]string{}
	for _, who := range []string{"acme", "bolt"} {
		out, code := w.run("receipt", "key", who, "--out", w.path(who+".key"))
		if public[who] = strings.SplitN(out, "\n", 2)[0]; code != 0 {
			t.Fatal(out)
		}
		w.ok("receipt", "sign", w.path("copies/customers."+who+".csv.receipt"), "--key", w.path(who+".key"),
			"--copy", w.path("copies/customers."+who+".csv"), "--out", w.path(who+".signed"))
	}
	if out, code := w.run("receipt", "sign", w.path("copies/customers.acme.csv.receipt"), "--key", w.path("acme.key"),
		"--copy", w.path("copies/customers.bolt.csv"), "--out", w.path("x.signed")); code != 1 || !strings.Contains(out, "nothing was signed") {
		t.Errorf("signed for another file: exit %d, %s", code, out)
	}
	w.ok("match", w.path("leak.csv"), "--case", "c")
	good := w.bundle("good.zip", "--receipt", w.path("bolt.signed"), "--recipient-key", public["bolt"])
	bad := w.bundle("bad.zip", "--receipt", w.path("acme.signed"), "--recipient-key", public["acme"])
	for _, b := range []struct {
		name string
		data []byte
		want bool
	}{{"receipt", good, true}, {"receipt for another copy", bad, false}} {
		r := evidence.Verify(b.data, evidence.Options{})
		other, said := judge(b.data)
		if r.Valid() != b.want || other != b.want {
			t.Errorf("%s: valid is %v (%s) and %v (%s)", b.name, r.Valid(), failed(r), other, said)
		}
	}
	var issuer string
	evidence.Rewrite(good, w.signer, false, func(b *evidence.Bundle) { issuer = b.PublicKey })
	w.ok("receipt", "verify", w.path("bolt.signed"), "--issuer", issuer, "--recipient", public["bolt"], "--copy", w.path("copies/customers.bolt.csv"))
	for _, args := range [][]string{{"bolt.signed", public["acme"], "bolt"}, {"copies/customers.bolt.csv.receipt", public["bolt"], "bolt"}, {"bolt.signed", public["bolt"], "acme"}} {
		if out, code := w.run("receipt", "verify", w.path(args[0]), "--issuer", issuer, "--recipient", args[1], "--copy", w.path("copies/customers."+args[2]+".csv")); code != 5 {
			t.Errorf("receipt verify %v: exit %d, %s", args, code, out)
		}
	}
}

// TestFramedWithoutTheKey has somebody who holds the registry, and the whole
// program, but not the key, make a bundle against an innocent recipient: with
// another key, and with another's signature on it.
func TestFramedWithoutTheKey(t *testing.T) {
	judge := second(t)
	w := newWorld(t)
	w.table(120, 11, nil, func(int) bool { return true })
	w.ok("match", w.path("leak.csv"), "--case", "c")
	honest := w.bundle("honest.zip")
	mine := newWorld(t)
	forged, err := evidence.Rewrite(honest, mine.signer, true, func(b *evidence.Bundle) {
		b.Export.Recipient = "acme"
		b.Proposition = strings.Replace(b.Proposition, "bolt", "acme", 1)
	})
	if err != nil {
		t.Fatal(err)
	}
	if r := evidence.Verify(forged, evidence.Options{}); r.Valid() {
		t.Error("a bundle with another's signature verifies")
	}
	if ok, _ := judge(forged); ok {
		t.Error("the second verifier takes a bundle with another's signature")
	}
	var key string
	evidence.Rewrite(honest, w.signer, false, func(b *evidence.Bundle) { key = b.PublicKey })
	if r := evidence.Verify(honest, evidence.Options{PublicKey: key}); !r.Valid() {
		t.Error(failed(r))
	}
	mine.table(120, 11, nil, func(int) bool { return true })
	mine.ok("match", mine.path("leak.csv"), "--case", "c")
	own := mine.bundle("own.zip")
	if r := evidence.Verify(own, evidence.Options{PublicKey: key}); r.Valid() {
		t.Error("a bundle of another's own registry passes as the issuer's")
	}
}

// TestTellsNothingOfOthers looks for what belongs to the other recipients:
// their words' commitments and names.
func TestTellsNothingOfOthers(t *testing.T) {
	w := newWorld(t)
	w.table(120, 13, []string{"--withhold", "0.05"}, func(int) bool { return true })
	w.ok("match", w.path("leak.csv"), "--case", "c")
	data := w.bundle("bolt.zip")
	list, _ := w.run("export", "list", "--json")
	text, err := os.ReadFile(w.path("r.db.key"))
	if err != nil {
		t.Fatal(err)
	}
	master, err := key.Decode(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, label := range []string{"word/customers/acme", "word/customers/bolt", "site/customers/balance", "withhold/customers/bolt", "row/customers",
		"commit/customers", "commit/customers/bolt", "checkpoint"} {
		secret := master.Derive(label)
		prf := secret.OpenPRF()
		for _, b := range [][]byte{secret[:], prf[:]} {
			if bytes.Contains(data, fmt.Appendf(nil, "%x", b)) || bytes.Contains(data, b) {
				t.Errorf("the bundle holds the secret %s", label)
			}
		}
	}
	for _, other := range []string{"acme", "cargo", lastID(t, list, "acme"), lastID(t, list, "cargo")} {
		if bytes.Contains(data, []byte(`"`+other)) {
			t.Errorf("the bundle names %s", other)
		}
	}
}

// TestBothVerifiersAgree has the program and the independent verifier judge
// bundles, honest ones and such that were tampered with, by who has the key and
// by who has not: 4 + 4*50 + 40 bundles. Seed 1.
func TestBothVerifiersAgree(t *testing.T) {
	judge := second(t)
	r := rand.New(rand.NewPCG(1, 0))
	var total, bad int
	check := func(name string, data []byte, want bool) {
		t.Helper()
		total++
		report := evidence.Verify(data, evidence.Options{})
		other, said := judge(data)
		if !want {
			bad++
		}
		if report.Valid() != want || other != want {
			t.Errorf("%s: valid is %v (%s) and %v (%s), want %v", name, report.Valid(), failed(report), other, strings.TrimSpace(said), want)
		}
	}
	for i, options := range [][]string{nil, {"--withhold", "0.05"}, {"--density", "0.3", "--withhold", "0.1"}, {"--canaries", "4"}} {
		w := newWorld(t)
		w.table(200+20*i, uint64(i), options, func(k int) bool { return k%3 != 0 || i == 2 })
		w.ok("match", w.path("leak.csv"), "--case", "c")
		who := "bolt"
		if i == 3 {
			who = "acme"
		}
		good := w.bundle("good.zip", "--recipient", who)
		check(fmt.Sprint("world ", i), good, true)
		for _, c := range cheats(r) {
			skip := false
			cheated, err := evidence.Rewrite(good, w.signer, c.recompute, func(b *evidence.Bundle) {
				if skip = len(b.Hits) == 0 && strings.Contains(c.name, "canar") || len(b.Hits) == 0 && c.name == "guesses"; !skip {
					c.change(b)
				}
			})
			if err != nil {
				continue // no numbers follow from such a bundle
			}
			if !skip {
				check(fmt.Sprintf("world %d, %s", i, c.name), cheated, false)
			}
		}
		for range 10 {
			flipped := bytes.Clone(good)
			at := r.IntN(len(flipped))
			flipped[at] ^= 1 << r.IntN(8)
			check(fmt.Sprintf("world %d, byte %d", i, at), flipped, false)
		}
	}
	t.Logf("%d bundles, %d of them bad", total, bad)
	if total < 200 || bad < 150 {
		t.Errorf("%d bundles, %d of them bad: want 200 and 150 at least", total, bad)
	}
}
