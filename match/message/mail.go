package message

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

// mailReader gathers one message from its MIME tree.
type mailReader struct {
	m       *Message
	headers headerReader
	header  strings.Builder
	text    strings.Builder
	seen    map[string]bool // lines already in text
	links   []string

	original  []Contact // recipients named by reports
	inner     []fields  // headers of nested messages, outermost first
	innerAddr []Contact // their recipients
}

// readMail parses one mail. It always gives a message: what cannot be parsed
// as MIME is kept as text.
func readMail(name string, raw []byte) Message {
	m := Message{Name: name, SHA256: digest(raw)}
	if len(raw) > MaxMessage {
		m.lose("message is %d bytes, only the first %d were read", len(raw), MaxMessage)
		raw = raw[:MaxMessage]
	}
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	r := &mailReader{m: &m, seen: map[string]bool{}}
	raw = unixLines(raw)
	h, body := r.headers.split(raw)
	r.entity("", h, body, 0)
	r.finish(h, raw)
	return m
}

func (m *Message) lose(format string, args ...any) {
	m.Unreadable = append(m.Unreadable, fmt.Sprintf(format, args...))
}

func (m *Message) note(format string, args ...any) {
	m.Notes = append(m.Notes, fmt.Sprintf(format, args...))
}

// entity reads one message, outermost or nested. path is "" for the first.
func (r *mailReader) entity(path string, h fields, body []byte, depth int) {
	r.header.WriteString(h.String())
	if depth > 0 {
		r.inner = append(r.inner, h)
		r.innerAddr = append(r.innerAddr, recipientsOf(h, "nested ")...)
	}
	root := r.parse(path, h, body)
	if root == nil {
		r.leaf(at(path, "0"), h, body, depth)
		return
	}
	r.walk(path, root, depth)
}

// parse returns the MIME tree, or nil when there is none to be had.
func (r *mailReader) parse(path string, h fields, body []byte) *part {
	if kind, _ := params(h.first("content-type"), ""); !strings.HasPrefix(kind, "multipart/") {
		return nil
	}
	root := &part{header: h, body: body}
	(&partReader{lose: r.m.lose, headers: &r.headers}).split(root, 0)
	if root.inside == nil {
		r.m.lose("%s has no readable parts, kept as text", where(path))
		return nil
	}
	return root
}

func (r *mailReader) walk(path string, p *part, depth int) {
	if p.id != "" {
		r.header.WriteString(p.header.String())
	}
	if p.inside == nil {
		r.leaf(at(path, p.id), p.header, p.body, depth)
		return
	}
	if p.id == "" && len(bytes.TrimSpace(p.epilogue)) > 0 {
		r.addText(string(bytes.ToValidUTF8(p.epilogue, []byte("\ufffd"))))
	}
	for _, c := range p.inside {
		r.walk(path, c, depth)
	}
}

// leaf reads a part without parts.
func (r *mailReader) leaf(path string, h fields, raw []byte, depth int) {
	ctype, charset := params(h.first("content-type"), "charset")
	content, lost := decodeTransfer(raw, h.first("content-transfer-encoding"))
	if lost != "" {
		r.m.lose("part %s: %s", path, lost)
	}
	r.m.Parts = append(r.m.Parts, Part{Path: path, Type: ctype, Bytes: len(content)})
	switch {
	case ctype == "message/delivery-status", ctype == "message/feedback-report", ctype == "message/disposition-notification":
		r.report(path, content, charset)
	case ctype == "message/rfc822", ctype == "message/global", ctype == "text/rfc822-headers", ctype == "message/rfc822-headers":
		r.nest(path, content, depth)
	case isText(ctype, content):
		r.textPart(path, ctype, content, charset)
	default:
		r.m.note("part %s (%s, %d bytes) was not looked into", path, ctype, len(content))
	}
}

// isText reports whether a part is worth reading: it says so, or says nothing
// and is free of NUL bytes.
func isText(ctype string, content []byte) bool {
	if strings.HasPrefix(ctype, "text/") || ctype == "application/xhtml+xml" || ctype == "application/json" {
		return true
	}
	for _, other := range []string{"image/", "audio/", "video/", "font/"} {
		if strings.HasPrefix(ctype, other) {
			return false
		}
	}
	return ctype != "application/pdf" && mostlyText(content)
}

func (r *mailReader) textPart(path, ctype string, content []byte, charset string) {
	if len(content) > maxDecoded {
		r.m.lose("part %s: text beyond %d bytes was left out", path, maxDecoded)
		content = content[:maxDecoded]
	}
	text, note := decodeText(content, charset)
	if note != "" {
		r.m.note("part %s: %s", path, strings.TrimPrefix(note, ", "))
	}
	if strings.Contains(ctype, "html") || looksHTML(text) {
		t, links := htmlText(text)
		r.links = append(r.links, links...)
		text = t
	}
	r.addText(text)
}

func looksHTML(s string) bool {
	head := strings.ToLower(strings.TrimSpace(s[:min(len(s), 512)]))
	return strings.HasPrefix(head, "<!doctype html") || strings.HasPrefix(head, "<html") || strings.HasPrefix(head, "<body")
}

// addText appends the lines that were not there before: most mail says the
// same in text and in HTML.
func (r *mailReader) addText(text string) {
	fresh := false
	for line := range strings.SplitSeq(text, "\n") {
		if r.text.Len()+len(line) > MaxText && strings.TrimSpace(line) != "" {
			r.m.lose("text beyond %d bytes was left out", MaxText)
			return
		}
		key := strings.Join(strings.Fields(line), " ")
		if key == "" || r.seen[key] {
			continue
		}
		if !fresh && r.text.Len() > 0 {
			r.text.WriteByte('\n')
		}
		fresh = true
		r.seen[key] = true
		r.text.WriteString(strings.TrimRight(line, " \t\r"))
		r.text.WriteByte('\n')
	}
}

// nest reads a message inside the message.
func (r *mailReader) nest(path string, content []byte, depth int) {
	if depth >= MaxDepth {
		r.m.lose("part %s: messages nested more than %d deep", path, MaxDepth)
		r.addText(string(bytes.ToValidUTF8(content, []byte("\ufffd"))))
		return
	}
	h, body := r.headers.split(unixLines(content))
	r.entity(path+"/", h, body, depth+1)
}

// finish fills in what the headers say. If a message is inside another, the
// inner one is what somebody received, and the outer one reports it.
func (r *mailReader) finish(h fields, raw []byte) {
	m := r.m
	if r.headers.over {
		m.lose("headers beyond %d bytes were left out", maxHeader)
	}
	m.Header = strings.ToValidUTF8(r.header.String(), "\ufffd")
	m.Text = strings.TrimSpace(strings.ToValidUTF8(r.text.String(), "\ufffd"))
	about := h
	if len(r.inner) > 0 {
		about = r.inner[0]
		m.note("reported by %s: %s", orUnknown(firstOf(addresses(h.first("from")))), h.first("subject"))
	}
	m.Subject = about.first("subject")
	m.Sender = firstOf(addresses(about.first("from")), addresses(about.first("sender")), addresses(about.first("return-path")))
	if m.Sender == "" {
		m.Sender = strings.TrimSpace(about.first("from"))
	}
	m.ReplyTo = firstOf(addresses(about.first("reply-to")))
	var notes []string
	m.Received, m.Dated, notes = arrival(about)
	if m.Received.IsZero() && len(r.inner) > 0 {
		m.Received, _, _ = arrival(h)
	}
	if m.Received.IsZero() {
		m.Received = envelopeTime(raw)
	}
	m.Notes = append(m.Notes, notes...)
	m.Recipients = distinct(r.original, r.innerAddr, recipientsOf(h, ""), phoneRecipients(about))
	if len(r.inner) == 0 && len(r.original) == 0 {
		if f := forwarded(m.Text); f != nil {
			m.adopt(f)
		}
	}
	m.findInside(r.links)
}

// envelopeTime reads the time of a From_ line.
func envelopeTime(raw []byte) time.Time {
	line, _, _ := bytes.Cut(raw, []byte("\n"))
	f := strings.Fields(string(line))
	if len(f) < 7 || f[0] != "From" {
		return time.Time{}
	}
	return mailTime(strings.Join(f[2:], " "))
}

func at(path, id string) string {
	if id == "" {
		id = "0"
	}
	return path + id
}

func where(path string) string {
	if path == "" {
		return "message"
	}
	return "message in part " + strings.TrimSuffix(path, "/")
}
