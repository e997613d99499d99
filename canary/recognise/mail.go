package recognise

import (
	"bytes"
	"unicode/utf8"

	"telltale/internal/identity"
)

// maxLocal and maxDomain bound the parts of an address.
const (
	maxLocal  = 64
	maxDomain = 255
)

// mails looks up the addresses of a view.
func (w *worker) mails(v *view) {
	for at := 0; ; at++ {
		i := bytes.IndexByte(v.text[at:], '@')
		if i < 0 {
			return
		}
		at += i
		w.tried(v, countMail, at)
		w.mail(v, at)
	}
}

func (w *worker) mail(v *view, at int) {
	start, local := localPart(v.text, at)
	end, domain := domainPart(v.text, at+1)
	for len(local) > 0 && len(domain) > 0 {
		w.mailBuffer = append(append(append(w.mailBuffer[:0], local...), '@'), domain...)
		if refs := w.Index.mails[string(w.mailBuffer)]; refs != nil {
			w.add(v, refs, start, end)
			return
		}
		if w.domains[string(domain)] {
			w.control(string(w.mailBuffer), v, end)
			return
		}
		cut := bytes.LastIndexByte(domain, '.')
		if cut < 0 {
			return
		}
		end -= len(domain) - cut
		domain = domain[:cut]
	}
}

// localPart reads backwards from the sign at i, past one blank.
func localPart(v []byte, i int) (start int, local []byte) {
	end := i
	if end > 0 && v[end-1] == ' ' {
		end--
	}
	start = end
	for start > 0 && end-start < maxLocal && localByte(v[start-1]) {
		start--
	}
	for start < end && bytes.IndexByte([]byte("._-+"), v[start]) >= 0 {
		start++
	}
	return start, v[start:end]
}

func localByte(c byte) bool {
	return alnum(c) || c >= utf8.RuneSelf || c == '.' || c == '_' || c == '-' || c == '+'
}

// domainPart reads forwards from i, past one blank.
func domainPart(v []byte, i int) (end int, domain []byte) {
	if i < len(v) && v[i] == ' ' {
		i++
	}
	end = i
	for end < len(v) && end-i < maxDomain && (alnum(v[end]) || v[end] >= utf8.RuneSelf || v[end] == '.' || v[end] == '-') {
		end++
	}
	for end > i && (v[end-1] == '.' || v[end-1] == '-') {
		end--
	}
	return end, v[i:end]
}

// control notes a contact that is a control's.
func (w *worker) control(value string, v *view, end int) {
	kind := identity.Phone
	if bytes.IndexByte([]byte(value), '@') >= 0 {
		kind = identity.Email
	}
	if end <= v.to && w.o.Controls != nil && w.o.Controls.Has(kind, value) {
		w.controls[Control{kind, value}] = true
	}
}
