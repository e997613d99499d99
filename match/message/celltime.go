package message

import (
	"strings"
	"time"

	"telltale/internal/identity"
)

// cellTime reads a time as tables have it; day and month as the locale has
// them.
func cellTime(s, locale string) time.Time {
	s = strings.TrimSpace(s)
	if len(s) < 6 || len(s) > 48 {
		return time.Time{}
	}
	if t := unixTime(s); !t.IsZero() {
		return t
	}
	if t := mailTime(s); !t.IsZero() {
		return t
	}
	for _, k := range []identity.Kind{identity.Time, identity.Date} {
		if c, ok := identity.Canonical(k, s, locale); ok {
			if t := mailTime(c); !t.IsZero() {
				return t
			}
		}
	}
	return time.Time{}
}

// unixTime reads seconds or milliseconds since 1970, as phone backups have
// them, between 2001 and 2100.
func unixTime(s string) time.Time {
	var n int64
	for _, r := range s {
		if r < '0' || r > '9' {
			return time.Time{}
		}
		n = n*10 + int64(r-'0')
	}
	switch {
	case len(s) == 10 && n >= 1e9 && n < 4102444800:
		return time.Unix(n, 0).UTC()
	case len(s) == 13 && n >= 1e12 && n < 4102444800000:
		return time.UnixMilli(n).UTC()
	}
	return time.Time{}
}
