package match

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"telltale/canary"
	"telltale/internal/identity"
	"telltale/match/message"
)

// traced is a registry of a thousand recipients with canaries in the copies of
// a few, and an engine on it.
func traced(t *testing.T, recipients int, withhold float64) (*world, *Engine, [][]string, map[string][][]string) {
	_, rows := people(rand.New(rand.NewPCG(31, 1)), 3000)
	w := newWorld(t)
	scheme := peopleScheme()
	all := names("r", recipients)
	copies := w.make(issue{dataset: "people", scheme: scheme, rows: rows, recipients: all, canaries: 2, withhold: withhold, keep: all[:3]})
	return w, w.engine(Options{}), rows, copies
}

func (w *world) trace(e *Engine, messages ...message.Message) Result {
	w.t.Helper()
	var readings []*Reading
	for _, m := range messages {
		r, err := e.Message(background, m, Seen{Name: m.Name, At: m.Received})
		w.must(err)
		data, err := r.MarshalBinary()
		w.must(err)
		again := new(Reading)
		w.must(again.UnmarshalBinary(data))
		readings = append(readings, again)
	}
	result, err := e.Decide(background, readings)
	w.must(err)
	return result
}

func emailOf(t *testing.T, d *dataset, recipient string) string {
	t.Helper()
	for _, p := range d.planted {
		for _, id := range p.canary.Identities {
			if slices.Contains(p.recipients, recipient) && id.Kind == identity.Email && id.Bits >= canary.MinEmailBits {
				return id.Value
			}
		}
	}
	t.Fatalf("no canary of %s has an e-mail address", recipient)
	return ""
}

var later = issued.Add(30 * 24 * time.Hour)

// One message to a canary's address decides; one to a guessable address of the
// same domain says nothing.
func TestOneMessage(t *testing.T) {
	w, e, _, _ := traced(t, 1000, 0)
	address := emailOf(t, e.datasets[0], "r0002")
	got := w.trace(e, message.FromText(address, "Win a prize", "spammer@bad.example", later))
	if got.Verdict != Attributed || got.Suspects[0].Recipient != "r0002" || got.CanaryHits != 1 || got.Candidates != 1000 {
		t.Errorf("a message to %s: %s", address, got.brief())
	}
	if s := got.Sightings; len(s) != 1 || len(s[0].Canaries) != 1 || s[0].Canaries[0].Recipient != "r0002" || s[0].Person {
		t.Errorf("sightings %+v", s)
	}
	_, domain, _ := strings.Cut(address, "@")
	got = w.trace(e, message.FromText("info@"+domain, "Win a prize", "", later))
	if got.Verdict != None || got.CanaryHits != 0 || len(got.Sightings) != 1 {
		t.Errorf("a message to a guess: %s", got.brief())
	}
	before := w.trace(e, message.FromText(address, "Win a prize", "", issued.Add(-time.Hour)))
	if before.Verdict == Attributed || before.Candidates != 0 {
		t.Errorf("a message from before the exports: %s", before.brief())
	}
}

// Complaints of real persons accumulate through the rows that were withheld,
// each person once.
func TestComplaintsAccumulate(t *testing.T) {
	w, e, _, copies := traced(t, 20, 0.1)
	var messages []message.Message
	for i := 0; len(messages) < 400; i += 3 {
		messages = append(messages, message.FromText(copies["r0001"][i][4], "Call now", "0900 123", later))
	}
	few := w.trace(e, messages[:5]...)
	if few.Verdict == Attributed || few.RowsLinked == 0 || len(few.Warnings) == 0 {
		t.Errorf("five complaints: %s", few.brief())
	}
	all := w.trace(e, messages...)
	if all.Verdict != Attributed || all.Suspects[0].Recipient != "r0001" || all.Suspects[1].Accused {
		t.Errorf("%d complaints: %s", len(messages), all.brief())
	}
	if again := w.trace(e, append(messages[:5:5], messages[:5]...)...); again.RowsLinked != few.RowsLinked ||
		again.Suspects[0].Log10LR != few.Suspects[0].Log10LR {
		t.Errorf("the same complaints twice: %s", again.brief())
	}
	if !few.Sightings[0].Person || len(few.Sightings) != 5 {
		t.Errorf("sightings %+v", few.Sightings)
	}
}

// Values of the row that a message quotes are read as marks.
func TestQuotedValues(t *testing.T) {
	w, e, _, copies := traced(t, 5, 0)
	var messages []message.Message
	for _, row := range copies["r0000"][:150] {
		if row[4] == "" {
			continue
		}
		text := fmt.Sprintf("Dear %s, your contract of %s over %s is due.", row[1], row[7], row[8])
		messages = append(messages, message.FromText(row[4], text, "", later))
	}
	got := w.trace(e, messages...)
	if got.Verdict != Attributed || got.Suspects[0].Recipient != "r0000" || got.MarksRead < 200 {
		t.Errorf("quoted values: %s", got.brief())
	}
}
