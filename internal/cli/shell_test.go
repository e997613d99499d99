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

	"telltale/match"
)

// shell runs commands in process, on a registry of its own.
type shell struct {
	t   testing.TB
	dir string
	now func() time.Time
}

func newShell(t testing.TB) *shell {
	s := &shell{t, t.TempDir(), time.Now}
	s.ok("init")
	return s
}

func (s *shell) path(name string) string { return filepath.Join(s.dir, name) }

func (s *shell) registry() string { return s.path("registry.db") }

// run returns what a command printed and its exit code.
func (s *shell) run(args ...string) (stdout, stderr string, code int) {
	var out, errs bytes.Buffer
	env := Env{In: strings.NewReader(""), Out: &out, Err: &errs, Now: s.now, Getenv: func(name string) string {
		if name == "TELLTALE_REGISTRY" {
			return s.registry()
		}
		return ""
	}}
	code = Main(context.Background(), env, args)
	return out.String(), errs.String(), code
}

func (s *shell) ok(args ...string) string {
	s.t.Helper()
	out, errs, code := s.run(args...)
	if code != 0 {
		s.t.Fatalf("telltale %s: exit %d\n%s", strings.Join(args, " "), code, errs)
	}
	return out
}

// ask decodes a command's JSON into v.
func (s *shell) ask(v any, args ...string) {
	s.t.Helper()
	out := s.ok(append(args, "--json")...)
	if err := json.Unmarshal([]byte(out), v); err != nil {
		s.t.Fatalf("telltale %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func (s *shell) match(args ...string) match.Result {
	s.t.Helper()
	var r match.Result
	s.ask(&r, append([]string{"match"}, args...)...)
	return r
}

func (s *shell) write(name string, text []byte) string {
	s.t.Helper()
	if err := os.WriteFile(s.path(name), text, 0o600); err != nil {
		s.t.Fatal(err)
	}
	return s.path(name)
}

// accused are the recipients to whom a result attributes.
func accused(r match.Result) string {
	var names []string
	for _, s := range r.Suspects {
		if s.Accused {
			names = append(names, s.Recipient)
		}
	}
	return strings.Join(names, ",")
}
