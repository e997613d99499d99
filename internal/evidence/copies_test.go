package evidence_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"telltale/internal/evidence"
	"telltale/internal/synthetic"
)

// twoKeys is a registry with relay addresses, an issuing key and an investigating one.
func twoKeys(t *testing.T) *world {
	w := newWorld(t)
	var buf bytes.Buffer
	if err := synthetic.Customers(300, 31).Write(&buf); err != nil {
		t.Fatal(err)
	}
	w.write("customers.csv", buf.Bytes())
	w.ok("dataset", "add", "customers", w.path("customers.csv"), "--key", "customer_id", "--carrier", "balance=number:0.01", "--alias", "email=relay.example")
	w.ok("key", "issue", "--role", "issuing", "--out", w.path("issuing.key"))
	w.ok("key", "issue", "--role", "investigating", "--out", w.path("seeing.key"))
	return w
}

func (w *world) export(by, to, out string, more ...string) {
	w.t.Helper()
	w.ok(append([]string{"--key-file", w.path(by), "export", w.path("customers.csv"), "--dataset", "customers", "--to", to, "--out", w.path(out)}, more...)...)
}

// columnOf is a column of a file, without its header.
func (w *world) columnOf(file string, column int) (out []string) {
	rows, err := csv.NewReader(bytes.NewReader(w.read(file))).ReadAll()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, row := range rows[1:] {
		out = append(out, row[column])
	}
	return out
}

// judged fails unless a case accuses a recipient, and both verifiers take a
// bundle of it, which is about the copy in that file, sufficient.
func (w *world) judged(judge func([]byte) (bool, string), by, leak, recipient string) []byte {
	w.t.Helper()
	name := strings.ReplaceAll(by+"-"+leak, "/", "-")
	if out, code := w.run("--key-file", w.path(by), "match", w.path(leak), "--case", name, "--exit-code"); code != 10 || !strings.Contains(out, "the copy issued to "+recipient) {
		w.t.Errorf("%s by %s: exit %d\n%s", leak, by, code, out)
	}
	w.ok("--key-file", w.path(by), "evidence", "pack", name, "--out", w.path(name+".zip"))
	data := w.read(name + ".zip")
	r := evidence.Verify(data, evidence.Options{Leaks: []string{w.path(leak)}})
	other, said := judge(data)
	if !r.Valid() || !other || !r.Bundle.Result.Passes {
		w.t.Fatalf("%s by %s: valid is %v (%s) and %v (%s); %+v", leak, by, r.Valid(), failed(r), other, said, r.Bundle.Result)
	}
	if r.Bundle.Export.File != w.path(leak) {
		w.t.Errorf("%s by %s: the bundle is about %s", leak, by, r.Bundle.Export.File)
	}
	return data
}

// TestCopiesOfAllKeys makes copies with relay addresses, shared canaries and
// cover by an issuing key and by the whole key, one after the other, and to the
// same recipient. Each is attributed, and packed as itself, by the whole key and
// by an investigating one; no bundle shows an address that the leak does not.
func TestCopiesOfAllKeys(t *testing.T) {
	judge := second(t)
	w := twoKeys(t)
	w.export("r.db.key", "bolt", "whole.csv")
	w.export("issuing.key", "bolt", "issued.csv", "--canaries", "2", "--shared-canaries", "12", "--cover", "1")
	w.export("issuing.key", "cargo", "plain.csv", "--shared-canaries", "12")
	w.ok("--key-file", w.path("r.db.key"), "export", w.path("customers.csv"), "--dataset", "customers", "--to", "acme", "--out", w.path("acme.csv"), "--withhold", "0.05")
	people := w.columnOf("customers.csv", 3)
	for _, by := range []string{"r.db.key", "seeing.key"} {
		for leak, who := range map[string]string{"whole.csv": "bolt", "issued.csv": "bolt", "plain.csv": "cargo", "acme.csv": "acme"} {
			data := w.judged(judge, by, leak, who)
			for _, address := range people {
				if bytes.Contains(data, []byte(address)) {
					t.Fatalf("%s by %s: the bundle holds %s, which stands behind a relay address", leak, by, address)
				}
			}
		}
	}
}

// TestForgottenAndIssued exports a table that people were forgotten of, by
// both kinds of keys, before and after: all copies are packed.
func TestForgottenAndIssued(t *testing.T) {
	judge := second(t)
	w := twoKeys(t)
	people := w.columnOf("customers.csv", 3)
	w.export("issuing.key", "bolt", "first.csv")
	w.ok("forget", "--person", people[4])
	w.export("issuing.key", "cargo", "second.csv")
	w.export("r.db.key", "acme", "third.csv")
	w.ok("forget", "--person", people[9])
	for leak, who := range map[string]string{"first.csv": "bolt", "second.csv": "cargo", "third.csv": "acme"} {
		w.judged(judge, "r.db.key", leak, who)
	}
	w.ok("registry", "check")
}

// TestRestsOnWhatIsLeftOut accuses by relay addresses alone: the bundle is not
// sufficient, and says so, as does the command.
func TestRestsOnWhatIsLeftOut(t *testing.T) {
	judge := second(t)
	w := twoKeys(t)
	w.export("r.db.key", "bolt", "bolt.csv", "--canaries", "0")
	w.export("r.db.key", "acme", "acme.csv", "--canaries", "0")
	w.write("leak.csv", []byte("email\n"+strings.Join(w.columnOf("bolt.csv", 3)[:40], "\n")+"\n"))
	w.ok("match", w.path("leak.csv"), "--case", "c")
	out, code := w.run("evidence", "pack", "c", "--out", w.path("c.zip"))
	if code != 0 || !strings.Contains(out, "relay addresses") || !strings.Contains(out, "does not reach the bound") {
		t.Errorf("exit %d\n%s", code, out)
	}
	data := w.read("c.zip")
	r := evidence.Verify(data, evidence.Options{})
	if ok, said := judge(data); !r.Valid() || !ok || r.Bundle.Result.Passes {
		t.Errorf("%s; %s; sufficient: %v", failed(r), said, r.Bundle.Result.Passes)
	}
	if out, code = w.run("evidence", "verify", w.path("c.zip")); code != 0 || !strings.Contains(out, "NOT sufficient") {
		t.Errorf("exit %d\n%s", code, out)
	}
	text, _ := json.Marshal(r.Bundle.LeftOut)
	if !strings.Contains(string(text), "relay addresses") {
		t.Errorf("left out: %s", text)
	}
}
