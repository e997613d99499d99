package identity

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// minVisible is how many characters of a masked contact must be known.
const minVisible = 5

// Masked reads a contact of which a part is hidden, such as "138****5678" or
// "a***@example.org": what stands before and after the hidden part, digits only
// in a phone, lower case in an address. Between the first and the last sign
// that hides nothing counts as known. ok is false for anything else.
func Masked(v string) (kind Kind, before, after string, ok bool) {
	v = strings.ToLower(norm.NFKC.String(strings.TrimSpace(v)))
	hidden := "*•●·…#x"
	if strings.ContainsAny(v, "@") {
		hidden = "*•●…"
	}
	first, last := strings.IndexAny(v, hidden), strings.LastIndexAny(v, hidden)
	if first < 0 || len(v) > 80 || strings.Count(v, "*")+strings.Count(v, "x")+strings.Count(v, "•")+strings.Count(v, "●")+strings.Count(v, "…")*3+strings.Count(v, "#") < 2 {
		return "", "", "", false
	}
	before, after = v[:first], strings.TrimLeft(v[last:], hidden)
	if strings.Contains(v, "@") {
		ok = len(before)+len(after) >= minVisible && !strings.ContainsAny(before+after, " <>") && strings.Contains(before+after, "@")
		return Email, before, after, ok
	}
	before, okBefore := maskedDigits(before, true)
	after, okAfter := maskedDigits(after, false)
	return Phone, before, after, okBefore && okAfter && len(before)+len(after) >= minVisible
}

// maskedDigits takes the digits out of a part of a number.
func maskedDigits(s string, start bool) (string, bool) {
	var b strings.Builder
	for i, c := range s {
		switch {
		case c >= '0' && c <= '9', c == '+' && start && i == 0:
			b.WriteRune(c)
		case strings.ContainsRune(" -().", c):
		default:
			return "", false
		}
	}
	return b.String(), true
}
