package message

import (
	"bytes"
	"net/url"

	"telltale/internal/identity"
)

// reportRecipients are the fields of delivery reports (RFC 3464) and feedback
// reports (RFC 5965) that name who a message was for, the address as the
// sender wrote it before the one it was expanded to.
var reportRecipients = []string{"original-recipient", "original-rcpt-to", "removal-recipient", "x-hmxmroriginalrecipient", "final-recipient", "x-actual-recipient"}

// report reads the machine part of a bounce or an abuse report, which is a
// list of header blocks.
func (r *mailReader) report(path string, content []byte, charset string) {
	rest := bytes.TrimSpace(unixLines(content))
	found := 0
	for len(rest) > 0 {
		h, after := r.headers.split(rest)
		if len(h) == 0 {
			text, _ := decodeText(rest, charset)
			r.addText(text)
			break
		}
		r.header.WriteString(h.String())
		for _, name := range reportRecipients {
			for _, v := range h.all(name) {
				for _, a := range addresses(v) {
					r.original = append(r.original, Contact{identity.Email, a, name})
					found++
				}
			}
		}
		rest = bytes.TrimLeft(after, "\n")
	}
	if found == 0 {
		r.m.note("report in part %s names no recipient", path)
	}
}

// unescape undoes percent encoding as far as it can be undone.
func unescape(s string) string {
	if t, err := url.PathUnescape(s); err == nil {
		return t
	}
	return s
}
