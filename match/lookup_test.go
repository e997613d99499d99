package match

import (
	"bytes"
	"crypto/md5"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"telltale/internal/identity"
	"telltale/internal/table"
	"telltale/match/message"
)

// weeks issues six weekly states of a table: people come, go, and change their
// numbers, two share one, and each week goes to parties of its own.
func weeks(t *testing.T, seed uint64) (w *world, all [][][]string, parties []string) {
	w = newWorld(t)
	r := rand.New(rand.NewPCG(seed, 3))
	_, rows := people(r, 900)
	for week := range 6 {
		state := slices.Clone(rows[week*60 : week*60+500])
		for i := range state {
			if state[i] = slices.Clone(state[i]); r.IntN(20) == 0 {
				state[i][4] = fmt.Sprintf("07%09d", r.IntN(1e9))
			}
		}
		state[7][4] = state[8][4]
		to := []string{fmt.Sprintf("party-%d", week), "everybody"}
		w.make(issue{dataset: "people", scheme: peopleScheme(), rows: state, recipients: to, withhold: .1, canaries: 3 * (week % 2), at: issued.AddDate(0, 0, 7*week)})
		all, parties = append(all, state), append(parties, to[0])
	}
	return w, all, parties
}

// TestLookedUpAgrees: messages say the same whether indexes are held in memory
// or looked up.
func TestLookedUpAgrees(t *testing.T) {
	const seed = 14
	w, states, parties := weeks(t, seed)
	r := rand.New(rand.NewPCG(seed, 4))
	var list []message.Message
	for i := range 400 {
		row := states[r.IntN(len(states))][r.IntN(500)]
		to, text := row[3+r.IntN(2)], fmt.Sprintf("Dear %s %s, you signed on %s for %s.", row[1], row[2], row[7], row[8])
		phone, _ := identity.Canonical(identity.Phone, row[4], "en-GB")
		switch i % 8 {
		case 0:
			to = fmt.Sprintf("07%09d", r.IntN(1e9))
		case 1:
			to = fmt.Sprintf("%x", md5.Sum([]byte(phone)))
		case 2:
			to = phone[:7] + "**" + phone[9:]
		case 3:
			to = states[i%6][7][4]
		case 4:
			text = "no quote"
		}
		list = append(list, message.FromText(to, text, "+447700900999", issued.AddDate(0, 0, 30+i)))
	}
	list = append(list, message.FromText(emailOf(t, w.engine(Options{}).datasets[0], parties[3]), "to a canary", "", issued.AddDate(0, 3, 0)))
	var answers []string
	var persons int
	for _, hold := range []int64{0, 1} {
		e := w.engine(Options{All: true, Hold: hold})
		if looked := e.datasets[0].layers[0].snapshots[0].chunks != nil; looked != (hold == 1) {
			t.Fatalf("with %d rows to hold, snapshots are looked up: %v", hold, looked)
		}
		w.must(e.Resolve(background, list))
		trace := e.NewTrace()
		for i, m := range list {
			reading, err := e.Message(background, m, Seen{Name: fmt.Sprint(i), At: m.Received, Call: "one"})
			w.must(err)
			slices.Sort(snapshotsOf(reading))
			w.must(trace.Add(background, reading))
		}
		got, err := trace.Result(background)
		w.must(err)
		persons = 0
		for _, s := range got.Sightings {
			if s.Person {
				persons++
			}
		}
		doc, err := json.Marshal(got)
		w.must(err)
		answers = append(answers, string(doc))
	}
	if answers[0] != answers[1] {
		t.Errorf("held:\n%.3000s\nlooked up:\n%.3000s", answers[0], answers[1])
	}
	if persons < 300 {
		t.Errorf("%d of %d messages are to persons", persons, len(list))
	}
}

func snapshotsOf(r *Reading) []string {
	if len(r.persons) == 0 {
		return nil
	}
	return r.persons[0].Snapshots
}

// TestLookedUpBesideFiles: a case that holds a file too is decided alike.
func TestLookedUpBesideFiles(t *testing.T) {
	w, states, _ := weeks(t, 15)
	held := w.engine(Options{})
	f, err := table.NewFile("leak.csv", bytes.NewReader(csvOf(',', nil, states[2][100:200])), table.Options{})
	w.must(err)
	file, err := held.File(background, f, Seen{Name: "leak.csv"})
	w.must(err)
	m := message.FromText(states[2][150][4], "call now", "", issued.AddDate(0, 3, 0))
	var answers []string
	for _, hold := range []int64{0, 1} {
		e := w.engine(Options{All: true, Hold: hold})
		w.must(e.Resolve(background, []message.Message{m}))
		reading, err := e.Message(background, m, Seen{At: m.Received})
		w.must(err)
		got, err := e.Decide(background, []*Reading{file, reading})
		w.must(err)
		doc, err := json.Marshal(got)
		w.must(err)
		answers = append(answers, string(doc))
	}
	if answers[0] != answers[1] {
		t.Errorf("held:\n%.2000s\nlooked up:\n%.2000s", answers[0], answers[1])
	}
}

// TestManySnapshotsFit counts what is kept of snapshots that agree: one row a
// contact, however many there are.
func TestManySnapshotsFit(t *testing.T) {
	w := newWorld(t)
	_, rows := people(rngFor(6), 300)
	for i := range 12 {
		w.make(issue{dataset: "people", scheme: peopleScheme(), rows: rows, recipients: []string{fmt.Sprintf("p%d", i)}, at: issued.Add(time.Duration(i) * time.Hour)})
	}
	e := w.engine(Options{Hold: 1})
	var list []message.Message
	for _, row := range rows[:200] {
		list = append(list, message.FromText(row[4], "call now", "", later))
	}
	w.must(e.Resolve(background, list))
	kept := 0
	for _, s := range e.datasets[0].layers[0].snapshots {
		if s.linker != nil {
			kept += s.linker.Rows()
		}
	}
	if kept != 200 {
		t.Errorf("%d rows are kept of 12 snapshots, want 200", kept)
	}
	reading, err := e.Message(background, list[0], Seen{At: later})
	w.must(err)
	if n := len(reading.persons[0].Snapshots); n != 12 {
		t.Errorf("%d snapshots hold the row, want 12", n)
	}
}
