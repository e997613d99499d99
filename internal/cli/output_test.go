package cli

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

var errFull = errors.New("no space left on device")

type fullDevice struct{}

func (fullDevice) Write([]byte) (int, error) { return 0, errFull }

// TestLostAnswer: a command whose answer could not be written has failed, for
// people and for programs alike; the answers of --exit-code do not hide it.
func TestLostAnswer(t *testing.T) {
	s := newShell(t)
	leak := s.write("foreign.csv", []byte("id,plant\n1,beech\n2,oak\n"))
	for _, line := range []string{
		"--help", "version", "completion bash", "recipient list", "export list", "export list --json", "pool list", "case list",
		"ledger list", "ledger verify", "inspect " + leak, "match " + leak, "match --exit-code " + leak, "trace --contact x@y.example",
	} {
		var errs bytes.Buffer
		env := Env{In: strings.NewReader(""), Out: fullDevice{}, Err: &errs, Now: time.Now, Getenv: func(name string) string {
			if name == "TELLTALE_REGISTRY" {
				return s.registry()
			}
			return ""
		}}
		if code := Main(context.Background(), env, strings.Fields(line)); code != exitError || !strings.Contains(errs.String(), errFull.Error()) {
			t.Errorf("telltale %s: exit %d, %q", line, code, errs.String())
		}
	}
}
