// Package message reads what reaches people: spam samples, complaints,
// abuse reports and bounces, and says who received what, when, and from whom.
//
// Read takes one file of any of these forms and detects which it is by its
// content, never by its name: a single mail (.eml), an mbox, a table of
// complaints (CSV, JSON Lines, XLSX and what else internal/table reads; one
// message a row, any column names), or plain text such as a pasted SMS. A
// maildir is a folder of single mails, given file by file.
//
// A message is never lost silently. Whatever could not be read stands in
// Message.Unreadable, in words, and the rest of the message is still given;
// a file that holds no message at all is an error.
//
// Sizes are bounded: see the Max constants. What lies beyond a bound is left
// out and counted as unreadable.
//
// Campaigns puts messages together that one sender is likely to have sent.
//
// The package knows nothing of exports and canaries, and keeps nothing.
package message

import (
	"strings"
	"time"
	"unicode/utf8"

	"telltale/internal/identity"
)

// Bounds on what is read.
const (
	MaxMessage  = 32 << 20 // bytes of one mail
	MaxText     = 1 << 20  // bytes of a message's joined text
	MaxMessages = 1 << 20  // messages in one file
	MaxDepth    = 16       // nested messages

	maxDecoded = 8 * MaxText // bytes of a text, or of its HTML, before it is decoded
)

// Contact is an address or number that received a message, and where that
// was said.
type Contact struct {
	Kind   identity.Kind // Email or Phone
	Value  string        // canonical where it can be, else as written
	Source string        // header or column: "delivered-to", "original-recipient", "column phone", ...
}

// Part is one leaf of a message's MIME tree.
type Part struct {
	Path  string // "1.2", nested messages joined by "/"
	Type  string // media type
	Bytes int    // decoded
}

// Message is one mail, text message or complaint.
type Message struct {
	Name       string    // of the file; with "#n" for the nth message of a file that holds several
	SHA256     string    // of the message's bytes as found, hex
	Recipients []Contact // most trustworthy source first, each contact once
	Received   time.Time // when it arrived, zero when nothing says so
	Dated      time.Time // what the sender claims, zero when nothing does
	Sender     string
	ReplyTo    string
	Subject    string
	Header     string   // every header field as decoded; of a complaint, the cells that are nothing else
	Text       string   // all readable text, parts and nested messages joined
	Links      []string // as they stand in the text and its markup
	Phones     []string // numbers quoted in the text, canonical
	Emails     []string // addresses quoted in text and headers, canonical, recipients included
	Parts      []Part
	Notes      []string // what an investigator should know, such as a date that cannot be right
	Unreadable []string // what was lost, one entry a loss
}

// Everything returns all that was read of a message as one text, for those
// who look for something anywhere in it.
func (m Message) Everything() string {
	var b strings.Builder
	for _, s := range []string{m.Header, m.Sender, m.ReplyTo, m.Subject, m.Text} {
		b.WriteString(s)
		b.WriteByte('\n')
	}
	for _, s := range spacedOut(m.Subject + "\n" + m.Text) {
		b.WriteString(s)
		b.WriteByte('\n')
	}
	for _, c := range m.Recipients {
		b.WriteString(c.Value)
		b.WriteByte('\n')
	}
	for _, l := range m.Links {
		b.WriteString(l)
		b.WriteByte('\n')
		if u := unescape(l); u != l {
			b.WriteString(u)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// leastSpaced is how many single characters make a word that is spaced out.
const leastSpaced = 8

// spacedOut returns words whose characters stand apart, without the blanks:
// "m a y a @ r e l a y . t e s t".
func spacedOut(text string) (out []string) {
	var run []string
	end := func() {
		if len(run) >= leastSpaced {
			out = append(out, strings.Join(run, ""))
		}
		run = run[:0]
	}
	for word := range strings.FieldsSeq(text) {
		if utf8.RuneCountInString(word) != 1 {
			end()
			continue
		}
		run = append(run, word)
	}
	end()
	return out
}

// Forget lets go of the texts of a message that has been weighed: of a hundred
// thousand they are most of the memory.
func (m *Message) Forget() {
	m.Subject, m.Header, m.Text, m.Links, m.Phones, m.Emails, m.Parts = "", "", "", nil, nil, nil, nil
}
