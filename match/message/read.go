package message

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

const peekSize = 64 << 10

// Read reads every message of one file.
func Read(name string, r io.Reader) ([]Message, error) {
	b := bufio.NewReaderSize(r, peekSize)
	head, err := b.Peek(peekSize)
	if err != nil && err != io.EOF && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if lookupBOM(head) != "" {
		return readWide(name, b)
	}
	switch {
	case len(bytes.TrimSpace(head)) == 0:
		return nil, fmt.Errorf("%s: %w", name, ErrNoMessage)
	case isOutlook(head):
		raw, err := io.ReadAll(io.LimitReader(b, MaxMessage+1))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		m, err := readOutlook(name, raw)
		if err != nil {
			return readOther(name, bufio.NewReaderSize(bytes.NewReader(raw), peekSize)) // an old workbook, perhaps
		}
		return []Message{m}, nil
	case isBackup(head):
		return readBackup(name, b)
	case isMbox(head):
		return readMbox(name, b)
	case isMail(head):
		raw, err := io.ReadAll(io.LimitReader(b, MaxMessage+1))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return []Message{readMail(name, raw)}, nil
	}
	return readOther(name, b)
}

// readWide reads a file in UTF-16 as if it were in UTF-8.
func readWide(name string, b *bufio.Reader) ([]Message, error) {
	decoded := bufio.NewReaderSize(transform.NewReader(b, unicode.BOMOverride(encoding.Nop.NewDecoder())), peekSize)
	head, err := decoded.Peek(peekSize)
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(bytes.TrimSpace(head)) == 0 || !mostlyText(head) {
		return nil, fmt.Errorf("%s: %w", name, ErrNotText)
	}
	return Read(name, decoded)
}

// readOther reads tables, and as text what is none.
func readOther(name string, b *bufio.Reader) ([]Message, error) {
	var kept bytes.Buffer
	limit := &capped{b: &kept, room: MaxMessage}
	list, err := readTable(name, io.TeeReader(b, limit))
	if err == nil && (len(list) > 50 || !startsChat(kept.Bytes())) {
		return list, nil
	}
	if _, cerr := io.Copy(&kept, io.LimitReader(b, int64(MaxMessage-kept.Len()))); cerr != nil {
		return nil, fmt.Errorf("%s: %w", name, cerr)
	}
	if _, err := b.ReadByte(); err == nil {
		limit.over = true
	}
	if !mostlyText(kept.Bytes()) && lookupBOM(kept.Bytes()) == "" {
		return nil, fmt.Errorf("%s: %w", name, ErrNotText)
	}
	text, _ := decodeText(kept.Bytes(), "")
	if list, ok := readChat(name, strings.TrimPrefix(text, "\ufeff")); ok {
		if limit.over {
			list[len(list)-1].lose("chat beyond %d bytes was left out", MaxMessage)
		}
		return list, nil
	}
	m := readText(name, kept.Bytes())
	if h := forwarded(m.Text); h != nil {
		m.adopt(h)
	}
	return []Message{m}, nil
}

// capped keeps the first bytes written to it.
type capped struct {
	b    *bytes.Buffer
	room int
	over bool // there was more
}

func (c *capped) Write(p []byte) (int, error) {
	n := min(len(p), c.room-c.b.Len())
	c.b.Write(p[:n])
	c.over = c.over || n < len(p)
	return len(p), nil
}

// readText makes a message of plain text, such as a pasted SMS.
func readText(name string, raw []byte) Message {
	m, links := plainMessage(name, raw)
	m.findInside(links)
	return m
}

// plainMessage is readText before anything is looked for in it; links are those
// of its tags.
func plainMessage(name string, raw []byte) (m Message, links []string) {
	m = Message{Name: name, SHA256: digest(raw), Parts: []Part{{"0", "text/plain", len(raw)}}, Recipients: []Contact{}}
	if len(raw) > maxDecoded {
		m.lose("text beyond %d bytes was left out", maxDecoded)
		raw = raw[:maxDecoded]
	}
	text, note := decodeText(raw, lookupBOM(raw))
	if note != "" {
		m.note("%s", strings.TrimPrefix(note, ", "))
	}
	text = strings.TrimPrefix(text, "\ufeff")
	if looksHTML(text) {
		text, links = htmlText(text)
	}
	if len(text) > MaxText {
		m.lose("text beyond %d bytes was left out", MaxText)
		text = strings.ToValidUTF8(text[:MaxText], "")
	}
	m.Text = strings.TrimSpace(text)
	return m, links
}

// FromText makes a message of what a user typed: a contact that received it,
// its text, its sender and its time, each of which may be empty.
func FromText(who, text, sender string, at time.Time) Message {
	m, links := plainMessage("", []byte(text))
	m.Received = at
	m.Sender = party(sender, "")
	if c, ok := contact(who, "", "typed"); ok {
		m.Recipients = []Contact{c}
	} else if strings.TrimSpace(who) != "" {
		m.lose("contact is neither a phone number nor an e-mail address")
	}
	m.findInside(links)
	return m
}

// party is a sender: canonical if it is a contact, else as written.
func party(s, locale string) string {
	if c, ok := contact(s, locale, ""); ok && c.Kind != Hashed && c.Kind != Masked {
		return c.Value
	}
	return strings.TrimSpace(s)
}

func digest(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

func lookupBOM(raw []byte) string {
	switch {
	case bytes.HasPrefix(raw, []byte("\xff\xfe")):
		return "utf-16le"
	case bytes.HasPrefix(raw, []byte("\xfe\xff")):
		return "utf-16be"
	}
	return ""
}

// mostlyText reports whether bytes are text of some encoding: no NUL, hardly
// any control characters.
func mostlyText(raw []byte) bool {
	raw = raw[:min(len(raw), peekSize)]
	control := 0
	for _, c := range raw {
		if c == 0 {
			return false
		}
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != 0x1b && c != '\f' {
			control++
		}
	}
	return control*50 <= len(raw)
}

var mailHeaders = map[string]bool{
	"from": true, "to": true, "subject": true, "received": true, "date": true, "return-path": true, "delivered-to": true, "cc": true,
	"message-id": true, "mime-version": true, "content-type": true, "reply-to": true, "envelope-to": true, "x-original-to": true,
	"sender": true, "content-transfer-encoding": true, "dkim-signature": true, "arc-seal": true, "bcc": true, "in-reply-to": true,
}

// isMail reports whether a file begins with a mail's header: two headers that
// every mailer knows among its first lines, or one followed by a blank line.
func isMail(head []byte) bool {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	lines := strings.Split(string(unixLines(bytes.TrimLeft(head, "\r\n \t"))), "\n")
	known, other := 0, 0
	for i, line := range lines {
		if strings.TrimSpace(line) == "" {
			return known > 0
		}
		if i > 0 && (line[0] == ' ' || line[0] == '\t') {
			continue
		}
		name, _, ok := headerLine([]byte(line))
		switch {
		case ok && mailHeaders[name]:
			known++
		case ok && !strings.HasPrefix(name, "http"):
			other++
		case isEnvelopeLine([]byte(line)):
		case known > 0 && i+1 < len(lines) && goesOn([]byte(lines[i+1])):
		default:
			return known >= 2
		}
		if known >= 2 || other > 100 {
			return known >= 2
		}
	}
	return known >= 2 || known == 1 && utf8.Valid(head) && len(lines) <= 3
}
