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

// mail looks up the address around a sign; what is not ASCII may be text of a
// script without blanks, or noise, that stands before and behind it.
func (w *worker) mail(v *view, at int) {
	start, local := localPart(v.text, at)
	end, domain := domainPart(v.text, at+1)
	if w.address(v, start, end, local, domain) {
		return
	}
	first := bytes.LastIndexFunc(local, notASCII) + 1
	for first > 0 && first < len(local) && local[first] >= utf8.RuneSelf {
		first++
	}
	if stop := bytes.IndexFunc(domain, notASCII); stop >= 0 {
		end -= len(domain) - stop
		domain = domain[:stop]
	} else if first == 0 {
		return
	}
	w.address(v, start+first, end, local[first:], domain)
}

func notASCII(r rune) bool { return r >= utf8.RuneSelf }

// address looks up a local part with a domain, and with the domain less its last
// labels, which may be words.
func (w *worker) address(v *view, start, end int, local, domain []byte) bool {
	for len(local) > 0 && len(domain) > 0 {
		if h := w.hosts[string(domain)]; h != (host{}) {
			w.mailBuffer = append(append(append(w.mailBuffer[:0], local...), '@'), domain...)
			if refs := w.Index.mails[string(w.mailBuffer)]; refs != nil {
				w.add(v, refs, start, end)
				return true
			}
			if h.relays {
				w.relayed(v, string(w.mailBuffer), start, end)
				return true
			}
			if h.controls {
				w.control(string(w.mailBuffer), v, end)
				return false
			}
		}
		cut := bytes.LastIndexByte(domain, '.')
		if cut < 0 {
			break
		}
		end -= len(domain) - cut
		domain = domain[:cut]
	}
	return false
}

// maxRelayed is how many addresses of relays a report may hold.
const maxRelayed = 1 << 20

func (w *worker) relayed(v *view, address string, start, end int) {
	if start < v.from || end > v.to || w.mailed[address] {
		return
	}
	if len(w.mailed) == maxRelayed {
		w.skipped += int64(len(address))
		return
	}
	w.mailed[address] = true
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
	if end <= v.to && w.o.Controls != nil && w.o.Controls(kind, value) {
		w.controls[Control{kind, value}] = true
	}
}
