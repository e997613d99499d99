package cli

import (
	"bytes"
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		runAsProgram()
	}
	testscript.Main(m, map[string]func(){"telltale": runAsProgram})
}

func runAsProgram() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := Main(ctx, System(), os.Args[1:])
	stop()
	os.Exit(code)
}

// TestScripts types commands as a user does; each file in testdata/script is
// one scenario.
func TestScripts(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			e.Setenv("TELLTALE_REGISTRY", filepath.Join(e.WorkDir, "registry.db"))
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("ROOT", root)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"code": exitCode, "damage": damageFile},
	})
}

// damageFile overwrites a piece of what a registry keeps sealed of a table.
func damageFile(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	data, err := os.ReadFile(path)
	ts.Check(err)
	at := bytes.Index(data, []byte("streettags"))
	if at < 0 {
		ts.Fatalf("no chunk of tags was found in %s", args[0])
	}
	copy(data[at+40:], "damage")
	ts.Check(os.WriteFile(path, data, 0o600))
}

// exitCode runs a command and compares its exit code: code 2 telltale nothing.
func exitCode(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: code N command...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		var ok bool
		if got, ok = codeOf(err); !ok {
			ts.Fatalf("%v", err)
		}
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}
