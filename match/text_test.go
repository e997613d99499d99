package match

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"telltale/internal/identity"
	"telltale/internal/table"
)

// search matches bytes of any kind, searching them as text too.
func (w *world) search(e *Engine, data []byte) (Result, *Reading) {
	w.t.Helper()
	text := e.Text(background)
	f, err := table.NewFile("leak", bytes.NewReader(data), table.Options{Watch: text.Watch})
	w.must(err)
	defer f.Close()
	r, err := e.File(background, f, Seen{Name: "leak", Text: text})
	w.must(err)
	result, err := e.Decide(background, []*Reading{r})
	w.must(err)
	return result, r
}

// textWorld has eight copies with canaries, and their engine.
func textWorld(t *testing.T) (*world, *Engine) {
	_, rows := people(rand.New(rand.NewPCG(31, 1)), 300)
	w := newWorld(t)
	w.make(issue{dataset: "people", scheme: peopleScheme(), rows: rows, recipients: names("party", 8), canaries: 6})
	return w, w.engine(Options{})
}

// valuesOf are the values of a kind of a recipient's canaries.
func (e *Engine) valuesOf(recipient string, k identity.Kind) (out []string) {
	for _, p := range e.datasets[0].planted {
		for _, id := range p.canary.Identities {
			if id.Kind == k && len(id.Columns) == 1 && p.recipients[0] == recipient {
				out = append(out, p.canary.Cells[id.Columns[0]])
			}
		}
	}
	return out
}

func log(lines ...string) []byte {
	var b bytes.Buffer
	for i := range 400 {
		fmt.Fprintf(&b, "2026-03-%02d GET /account?user=u%d took %d ms\n", 1+i%28, i, i*7%900)
		if i%9 == 0 && i/9 < len(lines) {
			b.WriteString(lines[i/9] + "\n")
		}
	}
	return b.Bytes()
}

// TestTextWithoutATable: the issue's "phone alone, e-mail alone, hashed" in a
// log, a mailbox and a blob. Nobody innocent is accused with more than 1e-6.
func TestTextWithoutATable(t *testing.T) {
	w, e := textWorld(t)
	mails := e.valuesOf("party0003", identity.Email)
	sum := sha256.Sum256([]byte(strings.ToLower(mails[0])))
	noise := make([]byte, 50_000)
	r := rand.New(rand.NewPCG(8, 8))
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(log("user " + mails[1]))
	z.Close()
	for name, data := range map[string][]byte{
		"log":    log("sent to "+mails[0], "sent to "+mails[2]),
		"hashed": log(fmt.Sprintf("id=%X", sum)),
		"mbox":   []byte("From a@b Thu Jan  1 00:00:00 2026\nSubject: offer\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte("Dear <"+mails[3]+">, buy now")) + "\n"),
		"blob":   append(append(noise, mails[4]...), noise...),
		"gzip":   packed.Bytes(),
	} {
		result, reading := w.search(e, data)
		if got := attributed(result); got != "party0003" {
			t.Errorf("%s: %s %q, want party0003: %s", name, result.Verdict, got, result.brief())
		}
		saved, err := reading.MarshalBinary()
		w.must(err)
		again := new(Reading)
		w.must(again.UnmarshalBinary(saved))
		second, err := e.Decide(background, []*Reading{again})
		w.must(err)
		if fmt.Sprint(second.Suspects) != fmt.Sprint(result.Suspects) {
			t.Errorf("%s: a saved reading decides otherwise", name)
		}
	}
}

func attributed(r Result) string {
	var out []string
	for _, s := range r.Suspects {
		if s.Accused {
			out = append(out, s.Recipient)
		}
	}
	return strings.Join(out, " ")
}

// TestTextAccusesNobodyWrongly: names alone, dialled ranges, guessed addresses
// and a clean log.
func TestTextAccusesNobodyWrongly(t *testing.T) {
	w, e := textWorld(t)
	var everyName, guessed, dialled []string
	for _, p := range e.datasets[0].planted {
		for _, id := range p.canary.Identities {
			if id.Kind == identity.Name && len(id.Columns) == 1 {
				everyName = append(everyName, "Dear "+p.canary.Cells[id.Columns[0]]+", thank you")
			}
		}
	}
	for i := range 40_000 {
		guessed = append(guessed, fmt.Sprintf("info%d@example-mail.net", i))
	}
	for i := range 100_000 {
		dialled = append(dialled, fmt.Sprintf("01632 9%05d", i))
	}
	for name, data := range map[string][]byte{
		"names": log(everyName...), "guesses": []byte(strings.Join(guessed, "; ")), "dialled": []byte("list " + strings.Join(dialled, "; ")), "clean": log(),
	} {
		result, _ := w.search(e, data)
		if got := attributed(result); got != "" {
			t.Errorf("%s: %q is accused: %s", name, got, result.brief())
		}
	}
}

// TestTextSaysWhatItIs: text is called text, and what hides its text is not
// called clean.
func TestTextSaysWhatItIs(t *testing.T) {
	w, e := textWorld(t)
	result, _ := w.search(e, []byte("Just a letter.\nNothing else is in it.\n\nYours\n"))
	if in := result.Inputs[0]; in.Format != readAsText || in.Searched == 0 || result.Verdict != None {
		t.Errorf("a letter: %+v, %s", in, result.Verdict)
	}
	if !strings.Contains(strings.Join(result.Warnings, " "), "read as text") {
		t.Errorf("warnings %q", result.Warnings)
	}
	if result, _ := w.search(e, []byte("%PDF-1.7\n\x00\x01\x02 stream")); result.Verdict != Incomplete {
		t.Errorf("a PDF is %s", result.Verdict)
	}
	if _, err := table.NewFile("x", strings.NewReader(""), table.Options{Watch: e.Text(background).Watch}); !errors.Is(err, table.ErrEmpty) {
		t.Errorf("an empty file: %v", err)
	}
}
