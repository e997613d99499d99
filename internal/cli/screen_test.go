package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"telltale/internal/screen"
)

// hostileName steers a terminal wherever it is shown as it stands.
const hostileName = "a\x1b]0;owned\x07\x1b[2J\u202egnp\u2066\u009b1m"

// TestNothingSteers shows a file with hostile names of file and columns, and
// cells, in text and in JSON.
func TestNothingSteers(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, hostileName+".csv")
	table := "id," + hostileName + ",amount\n"
	for i := range 30 {
		table += strings.Repeat("1", i+1) + ",Ann\u202e Lee of a long and harmless street,1.50\n"
	}
	if err := os.WriteFile(path, []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	getenv := func(name string) string {
		return map[string]string{"TELLTALE_REGISTRY": filepath.Join(dir, "r.db")}[name]
	}
	run := func(args ...string) (out, errs string) {
		var o, e bytes.Buffer
		env := Env{In: strings.NewReader(""), Out: &o, Err: &e, Now: time.Now, Getenv: getenv, OutIsTerminal: true}
		Main(context.Background(), env, args)
		for _, s := range []string{o.String(), e.String()} {
			for _, code := range colorCodes {
				s = strings.ReplaceAll(s, code, "")
			}
			if i := strings.IndexFunc(s, screen.Steers); i >= 0 {
				t.Errorf("%q shows %q", args[:1], s[i:min(len(s), i+60)])
			}
		}
		return o.String(), e.String()
	}
	run("init")
	for _, args := range [][]string{{"inspect", path}, {"match", path}, {"trace", path}, {"dataset", "add", "d", path}, {"dataset", "add", hostileName, path},
		{"recipient", "add", hostileName}, {"match", "--dataset", hostileName, path}, {"inspect", path + hostileName}, {hostileName}, {"match", "--" + hostileName}} {
		run(args...)
		out, errs := run(append([]string{"--json"}, args...)...)
		for _, s := range []string{out, errs} {
			if s != "" && !json.Valid([]byte(s)) {
				t.Errorf("%q gives no JSON: %.200q", args[:1], s)
			}
		}
	}
	if out, _ := run("inspect", path); !strings.Contains(out, "gnp") {
		t.Errorf("the column is not shown: %.300q", out)
	}
}
