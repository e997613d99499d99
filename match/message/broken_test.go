package message

import (
	"slices"
	"strings"
	"testing"
)

// A line that is no field, in the midst of a header, ends neither the header
// nor the mail.
func TestBrokenHeaderLine(t *testing.T) {
	text := "X-Note: hello\nReceived: from a.example by b.example; Wed, 23 Feb 2005 17:51:49 -0500\nquite Delivered-To: ann@lost.example\n" +
		"Date: Wed, 23 Feb 2005 18:20:17 -0400\nTo: bob@found.example\nSubject: free, scan\n\nYou are infected, call\n"
	list, err := Read("broken.eml", strings.NewReader(text))
	if err != nil || len(list) != 1 {
		t.Fatalf("%d messages, want 1: %v", len(list), err)
	}
	m := list[0]
	if m.Subject != "free, scan" || len(m.Recipients) == 0 || m.Recipients[0].Value != "bob@found.example" || m.Received.IsZero() {
		t.Errorf("%+v", m)
	}
	if !slices.Contains(m.Emails, "ann@lost.example") {
		t.Errorf("the broken line is lost: %q", m.Header)
	}
	text = "Dear all\nwhat: a mess\nSubject: no header\n"
	if list, err := Read("note.txt", strings.NewReader(text)); err != nil || len(list) != 1 || list[0].Subject != "" {
		t.Errorf("a note with a colon: %+v, %v", list, err)
	}
}

// Dates have the digits of telephone numbers and are none.
func TestDatesAreNoContacts(t *testing.T) {
	for _, head := range []string{"wann;wer;was", "a;b;c", "datum;kunde;notiz"} {
		text := head + "\n2027-01-04;ann@mail.example;Kredit\n2027-01-05;bob@mail.example;Kredit\n2027-01-06;cy@mail.example;Kredit\n"
		list, err := Read("complaints.csv", strings.NewReader(text))
		if err != nil || len(list) != 3 {
			t.Fatalf("%s: %d messages, want 3: %v", head, len(list), err)
		}
		if m := list[1]; len(m.Recipients) != 1 || m.Recipients[0].Value != "bob@mail.example" || m.Received.Day() != 5 {
			t.Errorf("%s: received by %+v at %v", head, m.Recipients, m.Received)
		}
	}
}

func TestSpacedOut(t *testing.T) {
	text := "write to m a y a @ r e l a y . t e s t now, it is a b c"
	if got := spacedOut(text); !slices.Equal(got, []string{"maya@relay.test"}) {
		t.Errorf("%q", got)
	}
}
