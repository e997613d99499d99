package message

import (
	"fmt"
	"net"
	"regexp"
	"strings"

	"golang.org/x/net/publicsuffix"
)

var (
	byClause   = regexp.MustCompile(`(?i)(?:^|\s)by\s+([^\s;()]+)`)
	fromClause = regexp.MustCompile(`(?is)^\s*from\s+(.*?)(?:\sby\s|;|$)`)
)

// brokenChain looks for the place where Received headers do not follow each
// other: what a server says it was given by another must be what that one says of
// itself. The topmost header was written by the recipient's own server, and what
// stands below the break by anybody. It returns "" for a whole chain.
//
// Servers have several names, so only their registered domains are compared, and
// hops inside one organisation, or by address alone, are passed over.
func brokenChain(hops []string) string {
	for i := 0; i+1 < len(hops); i++ {
		from := fromClause.FindStringSubmatch(hops[i])
		by := byClause.FindStringSubmatch(hops[i+1])
		if from == nil || by == nil {
			continue
		}
		domain := hostDomain(by[1])
		if domain == "" || strings.Contains(strings.ToLower(from[1]), domain) {
			continue
		}
		if own := byClause.FindStringSubmatch(hops[i]); own != nil && hostDomain(own[1]) == domain || !named(from[1]) {
			continue
		}
		return fmt.Sprintf("Received header %d does not follow from the one above it (written by %s, which had the message from elsewhere): it and all below may be forged", i+2, domain)
	}
	return ""
}

// hostDomain is the registered domain of a host; "" for addresses and names that
// are good inside a network only.
func hostDomain(host string) string {
	host = strings.ToLower(strings.Trim(host, "[]().,"))
	if net.ParseIP(host) != nil || !strings.Contains(host, ".") || strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".localdomain") ||
		strings.HasSuffix(host, ".internal") || strings.HasSuffix(host, ".lan") {
		return ""
	}
	d, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return ""
	}
	return d
}

// named reports whether a from clause names a host of some domain.
func named(from string) bool {
	for word := range strings.FieldsFuncSeq(from, func(r rune) bool { return strings.ContainsRune(" ()[]=\t\n", r) }) {
		if hostDomain(word) != "" {
			return true
		}
	}
	return false
}
