package message

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"telltale/internal/identity"
	"telltale/internal/table"
)

// sampleRows is how many rows are looked at before the columns are decided.
const sampleRows = 400

var errNoComplaints = errors.New("no table of messages")

// readTable reads a table with a message in every row. It refuses a table in
// which neither a contact nor a text column can be made out.
func readTable(name string, r io.Reader) ([]Message, error) {
	f, err := table.NewFile(name, r, table.Options{})
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var list []Message
	for {
		t, err := f.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return lostEnd(list, name, err)
		}
		more, err := readRows(name, t, len(list))
		list = append(list, more...)
		if err != nil {
			return lostEnd(list, name, err)
		}
	}
	if len(list) == 0 {
		return nil, errNoComplaints
	}
	return list, nil
}

// lostEnd keeps what was read before a table ended badly.
func lostEnd(list []Message, name string, err error) ([]Message, error) {
	if len(list) == 0 {
		return nil, err
	}
	list[len(list)-1].lose("%s: what follows could not be read: %v", name, err)
	return list, nil
}

type rawRow struct {
	row table.Row
	bad *table.SyntaxError
}

func readRows(name string, t table.Reader, before int) ([]Message, error) {
	if len(t.Schema().Columns) > maxColumns {
		return nil, errNoComplaints
	}
	sample, end := sampleOf(t)
	roles, ok := columnRoles(t.Schema(), sample)
	if !ok {
		return nil, errNoComplaints
	}
	var list []Message
	add := func(r rawRow) bool {
		if before+len(list) >= MaxMessages {
			list[len(list)-1].lose("file holds more than %d messages, the rest was left out", MaxMessages)
			return false
		}
		list = append(list, roles.message(fmt.Sprintf("%s#%d", name, before+len(list)+1), r))
		return true
	}
	for _, r := range sample {
		if !add(r) {
			return list, nil
		}
	}
	for end == nil {
		var r rawRow
		if r, end = nextRow(t); end == nil && !add(r) {
			return list, nil
		}
	}
	if end == io.EOF {
		end = nil
	}
	return list, end
}

// sampleOf reads the first rows, fewer where they are long; end is why no more
// follow, nil if some may.
func sampleOf(t table.Reader) (sample []rawRow, end error) {
	for size := 0; len(sample) < sampleRows && size < MaxMessage; {
		r, err := nextRow(t)
		if err != nil {
			return sample, err
		}
		sample = append(sample, r)
		for _, c := range r.row.Cells {
			size += len(c) + 16 // a string's own size
		}
	}
	return sample, nil
}

// nextRow reads a row; a bad one comes with what is wrong with it.
func nextRow(t table.Reader) (rawRow, error) {
	row, err := t.Read()
	var bad *table.SyntaxError
	if errors.As(err, &bad) {
		return rawRow{row, bad}, nil
	}
	return rawRow{row, nil}, err
}

// roles tells which column holds what; -1 for none.
type roles struct {
	names    []string
	locale   string
	contacts []int
	time     int
	text     []int
	sender   int
	subject  int
	sentence []int // all other columns, searched for contacts and links
}

// maxColumns bounds a table of messages. A text without line ends, taken for a
// row, has a million cells, and each may be a contact.
const maxColumns = 1000

// columnRoles decides what the columns of a table of messages hold: by their
// headers where those say it, else by their content.
func columnRoles(s table.Schema, rows []rawRow) (roles, bool) {
	width := len(s.Columns)
	if width == 0 || len(rows) == 0 || s.Format == table.CSV && width < 2 && !s.Header {
		return roles{}, false
	}
	columns := make([][]string, width)
	for _, r := range rows {
		for c := range columns {
			columns[c] = append(columns[c], cell(r.row.Cells, c))
		}
	}
	p := roles{names: s.Columns, locale: identity.GuessLocale(columns), time: -1, sender: -1, subject: -1}
	taken := make([]bool, width)
	backup := s.Header && isExport(s.Columns)
	for c := range columns {
		header := ""
		if s.Header {
			header = strings.ToLower(s.Columns[c])
		}
		if backup && otherParty[header] {
			p.sender, taken[c] = c, true
			continue
		}
		p.byHeader(c, header, columns[c], taken)
	}
	p.byContent(columns, taken, s)
	for c, t := range taken {
		if !t {
			p.sentence = append(p.sentence, c)
		}
	}
	if len(p.contacts) == 0 && len(p.text) == 0 {
		return roles{}, false
	}
	// A text with commas in it is no table: its rows are ragged, and nobody wrote a header.
	if s.Format == table.CSV && !s.Header && (len(rows) < 2 || raggedShare(rows, width) > 0.2) {
		return roles{}, false
	}
	return p, true
}

// otherParty are the columns in which exports of a phone's messages have who
// wrote, while tables of complaints have who received.
var otherParty = map[string]bool{"address": true, "number": true, "phone number": true, "phone_number": true, "phonenumber": true, "phone": true, "contact": true, "peer": true}

// isExport reports whether columns are those of an export of a phone's messages.
func isExport(columns []string) bool {
	n := 0
	for _, c := range columns {
		switch strings.ToLower(strings.TrimSpace(c)) {
		case "type", "thread_id", "threadid", "protocol", "service_center", "readable_date", "date_sent", "msg_box", "read", "seen", "toa", "sc_toa", "direction":
			n++
		}
	}
	return n >= 2
}

func raggedShare(rows []rawRow, width int) float64 {
	bad := 0
	for _, r := range rows {
		if r.bad != nil || len(r.row.Cells) != width {
			bad++
		}
	}
	return float64(bad) / float64(len(rows))
}

func cell(cells []string, c int) string {
	if c < 0 || c >= len(cells) {
		return ""
	}
	return cells[c]
}

var headerWords = struct{ sender, contact, time, text, subject []string }{
	sender: []string{"sender", "from", "caller", "called me", "who called", "source", "originator", "spammer", "offender", "reported number", "发件", "发送方", "发送号", "发信", "主叫", "来源",
		"来电", "骚扰", "被举报", "absender", "expéditeur", "remitente", "送信元", "差出人", "v_sender"},
	contact: []string{"recipient", "receiver", "to", "contact", "victim", "complainant", "reporter", "phone", "mobile", "email", "e-mail", "msisdn", "tel", "number",
		"address", "收件", "收信", "接收", "手机", "电话", "邮箱", "邮件地址", "号码", "投诉人", "举报人", "被叫", "联系方式", "empfänger", "telefon", "handy", "destinataire", "宛先", "受信"},
	time:    []string{"date", "time", "received", "when", "timestamp", "sent", "日期", "时间", "datum", "zeit", "wann", "quand", "cuándo", "fecha", "日時"},
	text:    []string{"text", "message", "body", "content", "sms", "complaint", "description", "内容", "短信", "正文", "消息", "详情", "nachricht", "inhalt", "mensaje", "本文"},
	subject: []string{"subject", "title", "betreff", "主题", "标题", "件名"},
}

// says reports whether a header contains one of the words, short ones as
// whole words only.
func says(header string, words []string) bool {
	split := strings.FieldsFunc(header, func(r rune) bool { return strings.ContainsRune(" _-./()[]", r) })
	for _, w := range words {
		if len(w) <= 4 && w[0] < utf8.RuneSelf {
			for _, f := range split {
				if f == w {
					return true
				}
			}
		} else if strings.Contains(header, w) {
			return true
		}
	}
	return false
}

// byHeader takes a column whose header names its role, if its cells do not
// speak against it.
func (p *roles) byHeader(c int, header string, cells []string, taken []bool) {
	w := &headerWords
	share := contactShare(cells, p.locale)
	switch {
	case header == "":
		return
	case p.sender < 0 && says(header, w.sender) && (share > 0.3 || meanLength(cells) < 60):
		p.sender = c
	case says(header, w.subject) && p.subject < 0 && share < 0.5:
		p.subject = c
	case says(header, w.time) && p.time < 0 && timeShare(cells, p.locale) > 0.5:
		p.time = c
	case says(header, w.contact) && share > 0.5:
		p.contacts = append(p.contacts, c)
	case says(header, w.text) && share < 0.5:
		p.text = append(p.text, c)
	default:
		return
	}
	taken[c] = true
}

// byContent finds what no header named. The columns of contacts that are
// left are recipients; if one of them names the same few values again and
// again beside another, it is the sender's.
func (p *roles) byContent(columns [][]string, taken []bool, s table.Schema) {
	for c := range columns {
		if !taken[c] && p.time < 0 && dateShare(columns[c], p.locale) > 0.5 {
			taken[c], p.time = true, c
		}
	}
	for c := range columns {
		if !taken[c] && contactShare(columns[c], p.locale) > 0.5 && dateShare(columns[c], p.locale) <= 0.5 {
			taken[c] = true
			if p.sender < 0 && len(p.contacts) > 0 && repeats(columns[c]) > 1.4*repeats(columns[p.contacts[0]]) {
				p.sender = c
			} else {
				p.contacts = append(p.contacts, c)
			}
		}
	}
	for c := range columns {
		if !taken[c] && p.time < 0 && timeShare(columns[c], p.locale) > 0.5 {
			taken[c], p.time = true, c
		}
	}
	if len(p.text) > 0 {
		return
	}
	best, length := -1, 20.0
	for c := range columns {
		if n := meanLength(columns[c]); !taken[c] && n > length {
			best, length = c, n
		}
	}
	if best >= 0 {
		taken[best] = true
		p.text = []int{best}
	}
}

func contactShare(cells []string, locale string) float64 {
	return share(cells, func(s string) bool {
		if len(s) > 120 {
			return false
		}
		return isContact(s, locale)
	})
}

// isContact reports whether a cell is a contact, perhaps with a name or a word
// beside it: a text that mentions one is none.
func isContact(s, locale string) bool {
	s = strings.TrimSpace(s)
	c, ok := contact(s, locale, "")
	switch {
	case !ok:
		return false
	case c.Kind == Hashed || c.Kind == Masked:
		return true
	case c.Kind == identity.Phone:
		return letters(s) <= 6 // "mobile:", "ext."
	}
	longest := 0
	for _, a := range addrSpec.FindAllString(s, -1) {
		longest = max(longest, len(a))
	}
	return longest == 0 || 2*longest >= len(s) || strings.HasSuffix(s, ">") && len(s) <= longest+50
}

func letters(s string) (n int) {
	for _, r := range s {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

func timeShare(cells []string, locale string) float64 {
	return share(cells, func(s string) bool { return !cellTime(s, locale).IsZero() })
}

// dateShare counts times that are more than a number: 2027-01-04 has the digits
// of a telephone number, and is none.
func dateShare(cells []string, locale string) float64 {
	return share(cells, func(s string) bool {
		return strings.Trim(s, "+0123456789 ()") != "" && !cellTime(s, locale).IsZero()
	})
}

func share(cells []string, ok func(string) bool) float64 {
	n, k := 0, 0
	for _, s := range cells {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		n++
		if ok(s) {
			k++
		}
	}
	if n == 0 {
		return 0
	}
	return float64(k) / float64(n)
}

// meanLength counts a wide character as two.
func meanLength(cells []string) float64 {
	n, total := 0, 0
	for _, s := range cells {
		if s = strings.TrimSpace(s); s != "" {
			n++
			total += (len(s) + utf8.RuneCountInString(s)) / 2
		}
	}
	return float64(total) / float64(max(n, 1))
}

// repeats is how often a value of the column comes again, on average.
func repeats(cells []string) float64 {
	seen := map[string]bool{}
	n := 0
	for _, s := range cells {
		if s = strings.TrimSpace(s); s != "" {
			n++
			seen[s] = true
		}
	}
	return float64(n) / float64(max(len(seen), 1))
}

// message makes the message of one row.
func (p *roles) message(name string, r rawRow) Message {
	cells := r.row.Cells
	m := Message{Name: name, SHA256: digest([]byte(strings.Join(cells, "\x1f")))}
	if r.bad != nil {
		m.lose("%v", r.bad)
	}
	var to []Contact
	for _, c := range p.contacts {
		to = append(to, p.cellContacts(cell(cells, c), p.names[c], &m)...)
	}
	m.Recipients = distinct(to)
	var text []string
	for _, c := range p.text {
		text = append(text, strings.TrimSpace(cell(cells, c)))
	}
	m.Text = strings.TrimSpace(strings.ToValidUTF8(strings.Join(text, "\n"), "\ufffd"))
	if len(m.Text) > MaxText {
		m.lose("text beyond %d bytes was left out", MaxText)
		m.Text = strings.ToValidUTF8(m.Text[:MaxText], "")
	}
	m.Subject = strings.TrimSpace(cell(cells, p.subject))
	m.Sender = party(cell(cells, p.sender), p.locale)
	if s := cell(cells, p.time); s != "" {
		if m.Received = cellTime(s, p.locale); m.Received.IsZero() {
			m.lose("column %s: %q is no time", p.names[p.time], clip(s))
		}
	}
	var other strings.Builder
	for _, c := range p.sentence {
		if s := strings.TrimSpace(cell(cells, c)); s != "" {
			fmt.Fprintf(&other, "%s: %s\n", p.names[c], s)
		}
	}
	for c := len(p.names); c < len(cells); c++ {
		fmt.Fprintf(&other, "%s\n", cells[c])
	}
	m.Header = strings.ToValidUTF8(other.String(), "\ufffd")
	if isMail([]byte(m.Text)) {
		m.adoptMail(readMail(name, []byte(m.Text)))
		return m
	}
	var links []string
	if looksHTML(m.Text) {
		m.Text, links = htmlText(m.Text)
	}
	m.findInside(links)
	return m
}

// adoptMail takes what a row's cell holds as a whole mail.
func (m *Message) adoptMail(mail Message) {
	mail.Name, mail.SHA256 = m.Name, m.SHA256
	mail.Recipients = distinct(m.Recipients, mail.Recipients)
	mail.Header = m.Header + mail.Header
	mail.Unreadable = append(m.Unreadable, mail.Unreadable...)
	if mail.Sender == "" {
		mail.Sender = m.Sender
	}
	if !m.Received.IsZero() {
		mail.Received = m.Received
	}
	mail.Emails = unique(append(mail.knownEmails(), mail.Emails...))
	*m = mail
}

// cellContacts reads a cell of recipients, which may name several.
func (p *roles) cellContacts(s, column string, m *Message) []Contact {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil
	}
	source := "column " + column
	if c, ok := contact(s, p.locale, source); ok && !strings.ContainsAny(s, ";,/|") {
		return []Contact{c}
	}
	var out []Contact
	for _, piece := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(";,|/、，；", r) }) {
		if c, ok := contact(piece, p.locale, source); ok {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		m.lose("%s: neither a phone number nor an e-mail address", source)
	}
	return out
}

func clip(s string) string {
	if utf8.RuneCountInString(s) <= 40 {
		return s
	}
	return string([]rune(s)[:40]) + "…"
}
