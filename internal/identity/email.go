package identity

import (
	"strings"

	"golang.org/x/net/idna"
)

// E-mail addresses are folded to lower case as a whole (no mail host of weight
// tells ANN@ from ann@), international domains to their ASCII form. Dots and
// plus tags of the local part are kept: they tell mailboxes apart.
func canonicalEmail(v string) (string, bool) {
	if emailPlain(v, true) {
		return v, true
	}
	s := mailbox(strings.ToLower(trim(v)))
	if emailPlain(s, false) {
		return s, true
	}
	s = mailbox(strings.ToLower(narrow(s)))
	local, domain, _ := strings.Cut(s, "@")
	domain = strings.TrimSuffix(strings.ReplaceAll(domain, "。", "."), ".")
	host, err := idna.Lookup.ToASCII(domain)
	if err != nil || !hostPlain(host) || !localPlain(local) || len(s) > 254 {
		return "", false
	}
	return local + "@" + strings.ToLower(host), true
}

// mailbox takes mailto:, <> and a display name off.
func mailbox(s string) string {
	if i := strings.LastIndexByte(s, '<'); i >= 0 {
		if j := strings.IndexByte(s[i:], '>'); j > 0 {
			s = s[i+1 : i+j]
		}
	}
	s = strings.TrimPrefix(strings.TrimSpace(s), "mailto:")
	s, _, _ = strings.Cut(s, "?")
	return strings.Trim(s, " ,;<>()[]\"'")
}

// emailPlain reports whether s is LOCAL@DOMAIN in ASCII; lower: without capitals.
func emailPlain(s string, lower bool) bool {
	at := strings.IndexByte(s, '@')
	if at < 1 || at > 64 || len(s) > 254 || !ascii(s) {
		return false
	}
	if lower {
		for i := 0; i < len(s); i++ {
			if s[i] >= 'A' && s[i] <= 'Z' {
				return false
			}
		}
	}
	return s[len(s)-1] != '.' && localPlain(s[:at]) && hostPlain(s[at+1:])
}

func localPlain(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case alnum(c) || c >= 0x80:
		case strings.IndexByte("._-+%!#$&'*/=?^`{|}~", c) >= 0 && c != '?':
			if i == 0 && c == '\'' {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// hostPlain reports whether s is a name of two or more ASCII labels that does
// not end in a number.
func hostPlain(s string) bool {
	dots, label := 0, 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '.':
			if label == 0 || s[i-1] == '-' {
				return false
			}
			dots++
			label = 0
		case alnum(c) || c == '-' && label > 0 || c == '_':
			label++
		default:
			return false
		}
	}
	return dots > 0 && label > 1 && !(s[len(s)-1] >= '0' && s[len(s)-1] <= '9' && allDigits(s[strings.LastIndexByte(s, '.')+1:]))
}

// canonicalURL drops what two links to one page may differ in: the scheme,
// "www.", a default port, the slash at the end, the fragment, the case of the
// host. Path and query keep their case.
func canonicalURL(v string) (string, bool) {
	s := cutScheme(clean(v))
	s, _, _ = strings.Cut(s, "#")
	end := strings.IndexAny(s, "/?\\")
	if end < 0 {
		end = len(s)
	}
	host, path := s[:end], strings.TrimRight(s[end:], "/")
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		host = host[i+1:]
	}
	host = strings.TrimSuffix(strings.TrimSuffix(host, ":80"), ":443")
	name, port, _ := strings.Cut(strings.ToLower(host), ":")
	name = strings.TrimRight(name, ".")
	for dots := strings.Count(name, "."); dots > 1 && strings.HasPrefix(name, "www."); dots-- {
		name = name[len("www."):]
	}
	if !ascii(name) {
		var err error
		if name, err = idna.Lookup.ToASCII(name); err != nil {
			return "", false
		}
	}
	if !hostPlain(name) && !address4(name) || strings.ContainsAny(path, " <>\"") || port != "" && !allDigits(port) {
		return "", false
	}
	if port != "" {
		name += ":" + port
	}
	if path == "" {
		return name, true
	}
	return name + path, true
}

func cutScheme(s string) string {
	for _, scheme := range []string{"https://", "http://", "hxxps://", "hxxp://", "ftp://", "//"} {
		for len(s) > len(scheme) && strings.EqualFold(s[:len(scheme)], scheme) {
			s = s[len(scheme):]
		}
	}
	return s
}

// address4 reports whether s is four numbers with dots between.
func address4(s string) bool {
	parts := 0
	for s != "" {
		head, tail, _ := strings.Cut(s, ".")
		if !allDigits(head) || len(head) > 3 {
			return false
		}
		s = tail
		parts++
	}
	return parts == 4
}
