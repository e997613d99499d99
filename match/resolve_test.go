package match

import (
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"telltale/internal/identity"
	"telltale/match/message"
)

// A digest or a part of a contact leads to the row that has it, and a digest of
// a canary's address to its copy.
func TestContactsKnownInPart(t *testing.T) {
	w, e, rows, _ := traced(t, 12, .1)
	address := emailOf(t, e.datasets[0], "r0001")
	phone, ok := identity.Canonical(identity.Phone, rows[7][4], "en-GB")
	if !ok {
		t.Fatal(rows[7][4])
	}
	for _, c := range []struct {
		contact string
		person  bool
	}{
		{fmt.Sprintf("%x", md5.Sum([]byte(phone))), true},
		{fmt.Sprintf("%x", sha256.Sum256([]byte(phone[1:]))), true},
		{strings.ToUpper(fmt.Sprintf("%x", sha256.Sum256([]byte(strings.ToLower(rows[9][3]))))), true},
		{phone[:6] + "**" + phone[8:], true},
		{rows[11][3][:3] + "***" + rows[11][3][len(rows[11][3])-18:], true},
		{fmt.Sprintf("%x", md5.Sum([]byte("+441111111111"))), false},
		{"+4400****0000", false},
	} {
		m := message.FromText(c.contact, "Dear you, call now", "", later)
		if len(m.Recipients) != 1 {
			t.Errorf("%s is no contact", c.contact)
			continue
		}
		w.must(e.Resolve(background, []message.Message{m}))
		if got := w.trace(e, m); got.Sightings[0].Person != c.person {
			t.Errorf("%s: person %v, want %v", c.contact, got.Sightings[0].Person, c.person)
		}
	}
	m := message.FromText(fmt.Sprintf("%x", md5.Sum([]byte(address))), "Dear you, call now", "", later)
	w.must(e.Resolve(background, []message.Message{m}))
	if got := w.trace(e, m); got.Verdict != Attributed || got.Suspects[0].Recipient != "r0001" {
		t.Errorf("a digest of a canary's address: %s", got.brief())
	}
}

// Two rows of one contact are told apart by what the text quotes.
func TestRowsToldByQuotes(t *testing.T) {
	w := newWorld(t)
	_, rows := people(rngFor(5), 300)
	rows[4][4], rows[4][1], rows[4][2] = rows[3][4], "Xaver", "Quill"
	w.make(issue{dataset: "people", scheme: peopleScheme(), rows: rows, recipients: names("r", 3)})
	e := w.engine(Options{})
	for text, linked := range map[string]int64{"Dear Xaver Quill, call now": 1, "Dear customer, call now": 0} {
		if got := w.trace(e, message.FromText(rows[3][4], text, "", later)); got.RowsLinked != linked || !got.Sightings[0].Person {
			t.Errorf("%q: %s", text, got.brief())
		}
	}
}
