package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"telltale/internal/attack"
	"telltale/internal/key"
	"telltale/internal/material"
)

// needleLength is the least length of a value that is searched for: a random
// file of ten megabytes holds a given seven bytes with a chance of 1e-10.
const needleLength = 7

// TestRegistryTellsNothing searches the registry's bytes for every value of
// the tables, every canary and the key, after all kinds of work were done.
func TestRegistryTellsNothing(t *testing.T) {
	t.Run("synthetic", func(t *testing.T) { searchRegistry(t, customersFile, "--key", "customer_id") })
	t.Run("uk500", func(t *testing.T) {
		searchRegistry(t, filepath.Join(material.Dir(t, "uk500_family"), "univocity.csv"))
	})
	t.Run("febrl", func(t *testing.T) {
		searchRegistry(t, filepath.Join(material.Dir(t, "febrl"), "dataset1.csv"))
	})
}

func searchRegistry(t *testing.T, path string, flags ...string) {
	s := newShell(t)
	names := s.issue(path, flags, 3)
	copies, err := filepath.Glob(s.path("copies/*"))
	if err != nil || len(copies) != 3 {
		t.Fatalf("%v, %v", copies, err)
	}
	s.ok("match", copies[0], "--case", "secret", "--holder", "Marmaduke Featherstonehaugh")
	s.ok("trace", "--contact", "07700 900111", "--text", "an unmistakable sentence", "--sender", "spammer@nowhere.example", "--case", "secret")
	s.ok("case", "state", "secret", "--from", names[0], "--to", "Marmaduke Featherstonehaugh", "--basis", "chat", "--note", "an unmistakable note")
	s.ok("recipient", "add", "noted", "--note", "an unmistakable remark")

	needles := map[string]bool{"letterbox.example": true, "unmistakable": true, "Featherstonehaugh": true, "spammer@nowhere": true, "900111": true}
	add := func(v string) {
		if v = strings.TrimSpace(v); len(v) >= needleLength {
			needles[v] = true
		}
	}
	original := load(t, path, "")
	columns := map[string]bool{}
	for _, name := range original.Header {
		columns[name] = true
	}
	for _, table := range append([]string{path}, copies...) {
		eachCell(load(t, table, ""), add)
	}
	for name := range columns {
		delete(needles, name)
	}
	raw, err := os.ReadFile(s.path("registry.db.key"))
	if err != nil {
		t.Fatal(err)
	}
	master := keyOf(t, raw)
	for _, form := range []string{string(master), hex.EncodeToString(master), base64.StdEncoding.EncodeToString(master)} {
		needles[form] = true
	}
	files, _ := filepath.Glob(s.path("registry.db*"))
	for _, file := range files {
		if strings.HasSuffix(file, ".key") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		search(t, file, text, needles)
	}
}

func eachCell(t attack.Table, f func(string)) {
	for _, row := range t.Rows {
		for _, cell := range row {
			f(cell)
		}
	}
}

func search(t *testing.T, file string, text []byte, needles map[string]bool) {
	folded := bytes.ToLower(text)
	for needle := range needles {
		if bytes.Contains(text, []byte(needle)) || bytes.Contains(folded, []byte(strings.ToLower(needle))) {
			t.Errorf("%s holds %q in clear", filepath.Base(file), needle)
		}
	}
	t.Logf("%s: %d bytes, %d values searched for", filepath.Base(file), len(text), len(needles))
}

func keyOf(t *testing.T, text []byte) []byte {
	t.Helper()
	secret, err := key.Decode(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	return secret[:]
}
