package message

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/richardlehane/mscfb"
)

// Outlook's .msg files ([MS-OXMSG]) are compound files: a stream for every
// long property, named by its id and type, and a folder for every recipient and
// attachment. An attached message is a folder of the same kind inside.

var compoundMagic = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

func isOutlook(head []byte) bool { return bytes.HasPrefix(head, compoundMagic) }

// folder is a folder of a compound file.
type folder struct {
	streams map[string][]byte
	inside  map[string]*folder
	order   []string // of the folders inside
}

func newFolder() *folder { return &folder{streams: map[string][]byte{}, inside: map[string]*folder{}} }

func (f *folder) enter(path []string) *folder {
	for _, name := range path {
		next := f.inside[name]
		if next == nil {
			next = newFolder()
			f.inside[name], f.order = next, append(f.order, name)
		}
		f = next
	}
	return f
}

// readOutlook reads a .msg file. What cannot be read of a damaged one is
// reported as lost.
func readOutlook(name string, raw []byte) (m Message, err error) {
	m = Message{Name: name, SHA256: digest(raw)}
	root, problem := openCompound(raw)
	if root == nil || root.text("001A") == "" && root.text("1000") == "" && root.text("007D") == "" && root.text("0037") == "" {
		return m, fmt.Errorf("%s: %w: a compound file without a message", name, ErrNotText)
	}
	if problem != nil {
		m.lose("compound file is damaged: %v", problem)
	}
	r := &mailReader{m: &m, seen: map[string]bool{}}
	h := r.outlook("", root, 0)
	r.finish(h, nil)
	if m.Received.IsZero() {
		m.Received = root.time(0x0E06)
	}
	if m.Dated.IsZero() {
		m.Dated = root.time(0x0039)
	}
	if m.Received.IsZero() {
		m.Received = m.Dated
	}
	return m, nil
}

func openCompound(raw []byte) (root *folder, problem error) {
	defer func() {
		if p := recover(); p != nil {
			problem = fmt.Errorf("%v", p)
		}
	}()
	doc, err := mscfb.New(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	root = newFolder()
	for e, err := doc.Next(); ; e, err = doc.Next() {
		if err == io.EOF {
			return root, problem
		}
		if err != nil {
			return root, err
		}
		f := root.enter(e.Path)
		if e.FileInfo().IsDir() {
			f.enter([]string{e.Name})
			continue
		}
		data, err := io.ReadAll(io.LimitReader(e, MaxMessage))
		if err != nil {
			problem = fmt.Errorf("%s: %w", e.Name, err)
		}
		f.streams[e.Name] = data
	}
}

// text is a text property by its id, "" when there is none.
func (f *folder) text(id string) string {
	if b, ok := f.streams["__substg1.0_"+id+"001F"]; ok {
		units := make([]uint16, len(b)/2)
		for i := range units {
			units[i] = binary.LittleEndian.Uint16(b[2*i:])
		}
		return strings.TrimRight(string(utf16.Decode(units)), "\x00")
	}
	if b, ok := f.streams["__substg1.0_"+id+"001E"]; ok {
		s, _ := decodeText(bytes.TrimRight(b, "\x00"), "")
		return s
	}
	return ""
}

// time is a property of the fixed ones, zero when there is none.
func (f *folder) time(id uint32) time.Time {
	b := f.streams["__properties_version1.0"]
	for _, skip := range []int{32, 24, 8} {
		for at := skip; at+16 <= len(b); at += 16 {
			if binary.LittleEndian.Uint32(b[at:]) == id<<16|0x0040 {
				return fileTime(binary.LittleEndian.Uint64(b[at+8:]))
			}
		}
	}
	return time.Time{}
}

// fileTime counts tenths of microseconds from 1601.
func fileTime(n uint64) time.Time {
	const before = 11644473600 // seconds from 1601 to 1970
	t := time.Unix(int64(n/1e7)-before, int64(n%1e7)*100).UTC()
	if t.Year() < 1980 || t.Year() > 2200 {
		return time.Time{}
	}
	return t
}

// outlook reads a message folder, outermost or attached, and returns its
// header: the one of the transport, else one made from properties.
func (r *mailReader) outlook(path string, f *folder, depth int) fields {
	h := f.header()
	r.header.WriteString(h.String())
	if depth > 0 {
		r.inner = append(r.inner, h)
		r.innerAddr = append(r.innerAddr, recipientsOf(h, "nested ")...)
	}
	r.bodies(path, f)
	for _, name := range f.order {
		if strings.HasPrefix(name, "__attach_version1.0_") {
			r.attachment(at(path, fmt.Sprint(len(r.m.Parts))), f.inside[name], depth)
		}
	}
	return h
}

func (f *folder) header() fields {
	h, _ := new(headerReader).split(unixLines([]byte(f.text("007D"))))
	add := func(name, value string) {
		if value = strings.TrimSpace(value); value != "" && h.first(name) == "" {
			h = append(h, field{name, value})
		}
	}
	add("subject", f.text("0037"))
	address := firstOf(addresses(f.text("5D01")), addresses(f.text("0C1F")), addresses(f.text("0065")))
	add("from", strings.TrimSpace(f.text("0C1A")+" "+angle(address)))
	var to []string
	for _, name := range f.order {
		if strings.HasPrefix(name, "__recip_version1.0_") {
			p := f.inside[name]
			to = append(to, p.text("3001")+" "+angle(firstOf(addresses(p.text("39FE")), addresses(p.text("3003")))))
		}
	}
	add("to", strings.Join(append(to, f.text("0E04")), ", "))
	return h
}

func angle(address string) string {
	if address == "" {
		return ""
	}
	return "<" + address + ">"
}

func (r *mailReader) bodies(path string, f *folder) {
	part := func(kind, text string) {
		if strings.TrimSpace(text) != "" {
			r.m.Parts = append(r.m.Parts, Part{at(path, fmt.Sprint(len(r.m.Parts))), kind, len(text)})
			r.textPart(path, kind, []byte(text), "utf-8")
		}
	}
	part("text/plain", f.text("1000"))
	part("text/html", f.text("1013"))
	if b := f.streams["__substg1.0_10130102"]; len(b) > 0 {
		r.m.Parts = append(r.m.Parts, Part{at(path, fmt.Sprint(len(r.m.Parts))), "text/html", len(b)})
		r.textPart(path, "text/html", b, "")
	}
	if rtf := f.streams["__substg1.0_10090102"]; len(rtf) > 0 {
		plain, err := unpackRTF(rtf)
		if err != nil {
			r.m.lose("rich text: %v", err)
		}
		part("text/rtf", rtfText(plain))
	}
}

// attachment reads an attached file as a part, and an attached message as one
// that is inside.
func (r *mailReader) attachment(path string, f *folder, depth int) {
	if inside := f.inside["__substg1.0_3701000D"]; inside != nil {
		if depth >= MaxDepth {
			r.m.lose("part %s: messages nested more than %d deep", path, MaxDepth)
			return
		}
		r.outlook(path+"/", inside, depth+1)
		return
	}
	name := firstOf([]string{f.text("3707")}[:min(1, len(f.text("3707")))], []string{f.text("3704")})
	h := fields{{"content-type", firstOf(nonEmpty(f.text("370E")), typeOf(name))}}
	r.leaf(path, h, f.streams["__substg1.0_37010102"], depth)
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func typeOf(name string) []string {
	name = strings.ToLower(name)
	for suffix, kind := range map[string]string{".eml": "message/rfc822", ".txt": "text/plain", ".htm": "text/html", ".html": "text/html"} {
		if strings.HasSuffix(name, suffix) {
			return []string{kind}
		}
	}
	return []string{"application/octet-stream"}
}
