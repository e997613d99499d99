package identity

import "strings"

// Canonical returns the one canonical spelling of v as a k. ok is false when v
// is no such thing; the canonical spelling is never empty.
func Canonical(k Kind, v string, locale string) (string, bool) {
	v = strings.ToLower(strings.TrimSpace(v))
	return v, v != ""
}
