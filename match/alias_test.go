package match

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"telltale/canary/alias"
	"telltale/internal/identity"
	"telltale/internal/table"
	"telltale/match/message"
)

// aliasWorld has copies whose e-mail addresses are aliases.
func aliasWorld(t *testing.T, rows [][]string, recipients []string) (*world, *Engine, map[string][][]string) {
	w := newWorld(t)
	scheme := peopleScheme()
	for i := range scheme.Columns {
		if scheme.Columns[i].Kind == identity.Email {
			scheme.Columns[i].Alias = "relay.example"
		}
	}
	copies := w.make(issue{dataset: "people", scheme: scheme, rows: rows, recipients: recipients, canaries: 2})
	for _, r := range recipients {
		issuer := alias.NewIssuer("people", r, w.master)
		for _, row := range copies[r] {
			if a, ok := issuer.Address(row[3], "relay.example"); ok {
				row[3] = a
			}
		}
	}
	return w, w.engine(Options{}), copies
}

// TestOneComplaintToAnAlias names the copy, and an address of nobody does not.
// Of 3,000 guesses one is somebody's with a chance of 3,000 * 12 * 400 / 2^60.
func TestOneComplaintToAnAlias(t *testing.T) {
	_, rows := people(rand.New(rand.NewPCG(5, 5)), 400)
	w, e, copies := aliasWorld(t, rows, names("party", 12))
	for i, party := range []string{"party0000", "party0007", "party0011"} {
		result := w.trace(e, message.FromText(copies[party][17+i][3], "Only three places left", "", issued.AddDate(0, 1, 0)))
		if got := attributed(result); got != party || !result.Sightings[0].Person {
			t.Errorf("%s is %q, want %s: %s", copies[party][17+i][3], got, party, result.brief())
		}
	}
	stranger := alias.NewIssuer("people", "party0000", w.master)
	for i := range 1000 {
		guess, _ := stranger.Address(fmt.Sprintf("nobody%d@example.org", i), "relay.example") // well-formed, of no person
		for _, contact := range []string{guess, fmt.Sprintf("info%d@relay.example", i), "x" + copies["party0003"][i%400][3]} {
			if i > 20 && e.datasets[0].book.at(contact) {
				if _, ok := e.datasets[0].book.Read(contact); ok {
					t.Fatalf("%s is somebody's", contact)
				}
				continue
			}
			if result := w.trace(e, message.FromText(contact, "hello", "", issued.AddDate(0, 1, 0))); result.Verdict != None {
				t.Fatalf("%s: %s", contact, result.brief())
			}
		}
	}
}

// TestLeakWithAliasesLinks: rows with nothing but aliases link, and name the copy.
func TestLeakWithAliasesLinks(t *testing.T) {
	_, rows := people(rand.New(rand.NewPCG(6, 6)), 400)
	w, e, copies := aliasWorld(t, rows, names("party", 6))
	var bare [][]string
	for _, row := range copies["party0002"][:60] {
		bare = append(bare, []string{row[3]})
	}
	result := w.match(e, csvOf(',', []string{"mail"}, bare), table.Options{})
	if attributed(result) != "party0002" || result.RowsLinked < 55 {
		t.Errorf("%d rows linked: %s", result.RowsLinked, result.brief())
	}
	i := slices.IndexFunc(result.Suspects[0].Evidence, func(w EvidenceWeight) bool { return w.Source == SourceAlias })
	if i < 0 || result.Suspects[0].Evidence[i].N < 55 {
		t.Errorf("evidence %+v", result.Suspects[0].Evidence)
	}
	text, _ := w.search(e, log("rcpt="+strings.ToUpper(bare[7][0]), "mailto:"+bare[8][0]))
	if attributed(text) != "party0002" {
		t.Errorf("in a log: %s", text.brief())
	}
	if mixed := w.match(e, csvOf(',', nil, append(bare, []string{copies["party0004"][100][3]})), table.Options{}); attributed(mixed) != "party0002 party0004" {
		t.Errorf("a mix: %s", mixed.brief())
	}
}

// TestAliasMapIsComplete: every address of every copy is in it, and leads to
// the person whose row shows it.
func TestAliasMapIsComplete(t *testing.T) {
	_, rows := people(rand.New(rand.NewPCG(6, 7)), 200)
	w, _, copies := aliasWorld(t, rows, names("party", 3))
	entries, err := Aliases(background, w.st, w.master, "people", nil)
	w.must(err)
	leads := map[string]AliasEntry{}
	for _, e := range entries {
		if leads[e.Alias].Alias != "" {
			t.Errorf("%s stands twice", e.Alias)
		}
		leads[e.Alias] = e
	}
	for party, copied := range copies {
		for _, row := range copied {
			e, ok := leads[row[3]]
			if !ok || e.Recipient != party {
				t.Fatalf("%s of %s: %+v", row[3], party, e)
			}
			if i := slices.IndexFunc(rows, func(r []string) bool { return r[4] == row[4] }); i >= 0 && !strings.EqualFold(rows[i][3], e.Address) {
				t.Errorf("%s leads to %s, want %s", row[3], e.Address, rows[i][3])
			}
		}
	}
}
