package message

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
)

// isBackup reports whether a file is the backup of a phone's messages or calls
// as the common Android programs write it.
func isBackup(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	return bytes.HasPrefix(head, []byte("<")) && (bytes.Contains(head, []byte("<smses")) || bytes.Contains(head, []byte("<calls")) ||
		bytes.Contains(head, []byte("<sms ")) || bytes.Contains(head, []byte("<mms ")))
}

// readBackup reads the messages of a phone's backup in their order. Those that
// its owner sent are kept and noted: they are no complaints.
func readBackup(name string, r io.Reader) ([]Message, error) {
	in := &surrogates{lines: bufio.NewReaderSize(r, peekSize)}
	d := xml.NewDecoder(in)
	d.Strict = false
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		raw, err := io.ReadAll(io.LimitReader(in, MaxMessage))
		text, _ := decodeText(raw, charset)
		return strings.NewReader(text), err
	}
	b := backup{name: name}
	for {
		in.room, in.words = MaxMessage, maxWords
		t, err := d.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			b.finish()
			return lostEnd(b.list, name, err)
		}
		if len(b.list) > MaxMessages {
			b.list[len(b.list)-2].lose("file holds more than %d messages, the rest was left out", MaxMessages)
			b.list = b.list[:MaxMessages]
			break
		}
		if e, ok := t.(xml.StartElement); ok {
			b.element(e)
		}
	}
	b.finish()
	if len(b.list) == 0 {
		return nil, fmt.Errorf("%s: %w", name, ErrNoMessage)
	}
	return b.list, nil
}

type backup struct {
	name  string
	list  []Message
	raw   strings.Builder // of the last message
	to    []Contact
	parts []string // texts of an mms
	open  bool
}

func (b *backup) element(e xml.StartElement) {
	a := map[string]string{}
	for _, x := range e.Attr {
		if v := x.Value; v != "null" {
			a[x.Name.Local] = v
		}
	}
	switch e.Name.Local {
	case "sms", "mms", "call":
		b.finish()
		b.begin(e.Name.Local, a)
	case "part":
		if b.open && strings.HasPrefix(a["ct"], "text/") {
			b.parts = append(b.parts, a["text"])
		}
	case "addr": // types of PduHeaders: 151 TO, 130 CC, 129 BCC, 137 FROM
		if c, ok := contact(a["address"], "", "addr"); ok && b.open && a["type"] != "137" {
			b.to = append(b.to, c)
		}
	}
	if b.open {
		fmt.Fprintf(&b.raw, "%s %v\n", e.Name.Local, e.Attr)
	}
}

func (b *backup) begin(kind string, a map[string]string) {
	m := Message{Name: fmt.Sprintf("%s#%d", b.name, len(b.list)+1), Recipients: []Contact{}}
	other := firstOf(nonEmpty(a["address"]), nonEmpty(a["number"]))
	m.Received = cellTime(firstOf(nonEmpty(a["date"]), nonEmpty(a["readable_date"])), "")
	m.Dated = cellTime(a["date_sent"], "")
	m.Subject, m.Text = a["subject"], a["body"]
	for _, k := range []string{"contact_name", "service_center", "readable_date", "duration"} {
		if a[k] != "" {
			m.Header += k + ": " + a[k] + "\n"
		}
	}
	if m.Received.IsZero() && a["date"] != "" {
		m.lose("date %q is no time", clip(a["date"]))
	}
	if sent := firstOf(nonEmpty(a["type"]), nonEmpty(a["msg_box"])); sent == "2" || sent == "4" {
		m.note("sent by the owner of the phone")
		if c, ok := contact(other, "", "address"); ok {
			m.Recipients = []Contact{c}
		}
	} else {
		m.Sender = party(other, "")
	}
	if kind == "call" {
		m.note("a call")
	}
	b.list, b.open, b.to, b.parts = append(b.list, m), true, nil, nil
	b.raw.Reset()
}

func (b *backup) finish() {
	if !b.open {
		return
	}
	m := &b.list[len(b.list)-1]
	m.Recipients = distinct(m.Recipients, b.to)
	if len(b.parts) > 0 {
		m.Text = strings.TrimSpace(m.Text + "\n" + strings.Join(b.parts, "\n"))
	}
	m.SHA256 = digest([]byte(b.raw.String()))
	m.Parts = []Part{{"0", "text/plain", len(m.Text)}}
	m.findInside(nil)
	b.open = false
}

var halves = regexp.MustCompile(`&#(5[5-7]\d{3});&#(5[5-7]\d{3});`)

// maxWords bounds an element by its blanks and equals signs: between any two
// may stand an attribute, which takes a hundred bytes of memory.
const maxWords = 1 << 19

// surrogates joins characters beyond the first plane, which these programs
// write as two references to halves that XML does not allow. It gives no more
// than room bytes and words.
type surrogates struct {
	lines *bufio.Reader
	rest  []byte
	err   error
	room  int // bytes
	words int // blanks and equals signs
}

func (s *surrogates) Read(p []byte) (int, error) {
	for len(s.rest) == 0 && s.err == nil {
		var line []byte
		line, s.err = s.line()
		s.rest = halves.ReplaceAllFunc(line, joinHalves)
	}
	if len(s.rest) == 0 {
		return 0, s.err
	}
	if s.room <= 0 {
		return 0, fmt.Errorf("an element is longer than %d bytes", MaxMessage)
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	s.room -= n
	for _, blank := range []string{" ", "=", "\n", "\t"} {
		s.words -= bytes.Count(p[:n], []byte(blank))
	}
	if s.words < 0 {
		return 0, fmt.Errorf("an element has more than %d words", maxWords)
	}
	return n, nil
}

// line returns the next line, or a piece of one that is long, which ends with a
// blank if there is one: no reference holds any.
func (s *surrogates) line() (line []byte, err error) {
	piece, err := s.lines.ReadSlice('\n')
	line = bytes.Clone(piece)
	if err != bufio.ErrBufferFull {
		return line, err
	}
	piece, err = s.lines.ReadSlice(' ')
	if err == bufio.ErrBufferFull {
		err = nil
	}
	return append(line, piece...), err
}

func joinHalves(ref []byte) []byte {
	n := halves.FindSubmatch(ref)
	hi, _ := strconv.Atoi(string(n[1]))
	lo, _ := strconv.Atoi(string(n[2]))
	return []byte(string(utf16.DecodeRune(rune(hi), rune(lo))))
}
