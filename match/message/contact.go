package message

import (
	"regexp"
	"slices"
	"strings"

	"telltale/internal/identity"
)

// deliveryHeaders name who a mail was delivered to, the most trustworthy
// first: the upper ones were written by the receiving server.
var deliveryHeaders = []string{
	"delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "x-rcpt-to", "x-real-to", "apparently-to",
	"original-recipient", "x-forwarded-to", "x-failed-recipients", "to", "cc", "bcc", "resent-to", "resent-cc", "for-approval",
}

var receivedFor = regexp.MustCompile(`(?i)\bfor\s+<?([^\s<>;]+@[^\s<>;]+)>?`)

// recipientsOf lists who a header says the mail went to.
func recipientsOf(h fields, prefix string) []Contact {
	var out []Contact
	for _, name := range deliveryHeaders {
		for _, v := range h.all(name) {
			for _, a := range addresses(v) {
				out = append(out, Contact{identity.Email, a, prefix + name})
			}
		}
		if name == "x-forwarded-to" {
			out = append(out, receivedRecipients(h, prefix)...)
		}
	}
	return out
}

// receivedRecipients reads the "for" clauses of Received headers, which
// survive where lists hide the recipient.
func receivedRecipients(h fields, prefix string) (out []Contact) {
	for _, v := range h.all("received") {
		if m := receivedFor.FindStringSubmatch(v); m != nil {
			for _, a := range addresses(m[1]) {
				out = append(out, Contact{identity.Email, a, prefix + "received"})
			}
		}
	}
	return out
}

// phoneRecipients reads numbers that gateways put where addresses belong.
func phoneRecipients(h fields) (out []Contact) {
	for _, name := range []string{"to", "x-sms-to", "x-phone", "phone", "mobile", "recipient"} {
		for _, v := range h.all(name) {
			if strings.ContainsRune(v, '@') {
				continue
			}
			for _, f := range identity.Find(v) {
				if f.Kind == identity.Phone {
					out = append(out, Contact{identity.Phone, f.Canonical, name})
				}
			}
		}
	}
	return out
}

// distinct joins lists, keeping each contact at its first place.
func distinct(lists ...[]Contact) []Contact {
	seen := map[string]bool{}
	out := []Contact{}
	for _, list := range lists {
		for _, c := range list {
			if key := string(c.Kind) + ":" + c.Value; c.Value != "" && !seen[key] {
				seen[key] = true
				out = append(out, c)
			}
		}
	}
	return out
}

// Kinds of contacts that are not known in full: a digest, and one of which a
// part is hidden (identity.LooksHashed, identity.Masked).
const (
	Hashed identity.Kind = "digest"
	Masked identity.Kind = "masked"
)

// contact reads a contact that somebody typed or that stands in a cell.
func contact(s, locale, source string) (Contact, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return Contact{}, false
	}
	if _, _, ok := identity.LooksHashed(s); ok {
		return Contact{Hashed, s, source}, true
	}
	if _, _, _, ok := identity.Masked(s); ok {
		return Contact{Masked, s, source}, true
	}
	for _, k := range []identity.Kind{identity.Email, identity.Phone} {
		if c, ok := identity.Canonical(k, s, locale); ok {
			return Contact{k, c, source}, true
		}
	}
	for _, f := range identity.Find(s) {
		if f.Kind == identity.Email || f.Kind == identity.Phone {
			return Contact{f.Kind, f.Canonical, source}, true
		}
	}
	if a := addresses(s); len(a) > 0 {
		return Contact{identity.Email, a[0], source}, true
	}
	return Contact{}, false
}

// findInside looks for contacts and links in what was read.
func (m *Message) findInside(links []string) {
	var phones []string
	emails := m.knownEmails()
	for _, l := range links {
		if rest, ok := cutFold(l, "mailto:"); ok {
			emails = append(emails, addresses(unescape(rest))...)
		} else if rest, ok := cutFold(l, "tel:"); ok {
			if c, ok := identity.Canonical(identity.Phone, unescape(rest), ""); ok {
				phones = append(phones, c)
			}
		}
	}
	for _, text := range []string{m.Subject, m.Text} {
		for _, f := range identity.Find(text) {
			switch f.Kind {
			case identity.Email:
				emails = append(emails, f.Canonical)
			case identity.Phone:
				phones = append(phones, f.Canonical)
			case identity.URL:
				links = append(links, f.Value)
			}
		}
	}
	m.Emails, m.Phones, m.Links = unique(emails), unique(phones), unique(links)
}

// knownEmails are those of the recipients and of the header.
func (m *Message) knownEmails() (emails []string) {
	for _, c := range m.Recipients {
		if c.Kind == identity.Email {
			emails = append(emails, c.Value)
		}
	}
	return append(emails, addresses(m.Header)...)
}

func cutFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}

// unique keeps the first of equal strings; it never returns nil.
func unique(list []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(append([]string{}, list...), func(s string) bool {
		dup := s == "" || seen[s]
		seen[s] = true
		return dup
	})
}

func firstOf(lists ...[]string) string {
	for _, l := range lists {
		if len(l) > 0 {
			return l[0]
		}
	}
	return ""
}

func orUnknown(s string) string {
	if s == "" {
		return "an unknown sender"
	}
	return s
}
