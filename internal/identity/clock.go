package identity

import "strings"

// readClock reads the time of day that p is, or nothing when p is empty.
func (m *moment) readClock(p []part) bool {
	if len(p) == 0 {
		return true
	}
	if len(p) > 1 && strings.EqualFold(p[0].text, "t") {
		p = p[1:]
	}
	half := 0
	if h := meridiem(p[0].text); h != 0 && len(p) > 1 {
		half, p = h, p[1:]
	}
	if len(p) < 2 || p[1].sep != ':' || m.clock {
		return false
	}
	fields := [3]int{}
	n := 0
	for n < 3 && len(p) > 0 && (n == 0 || p[0].sep == ':') {
		v, ok := digits(p[0].text)
		if !ok || len(p[0].text) > 2 {
			return false
		}
		fields[n] = v
		n++
		p = p[1:]
	}
	m.h, m.min, m.sec, m.clock = fields[0], fields[1], fields[2], true
	if n == 3 && len(p) > 0 && (p[0].sep == '.' || p[0].sep == ',') && allDigits(p[0].text) {
		m.frac = "." + p[0].text
		p = p[1:]
	}
	if len(p) > 0 && half == 0 {
		if half = meridiem(p[0].text); half != 0 {
			p = p[1:]
		}
		if len(p) == 1 && half != 0 && strings.EqualFold(p[0].text, "m") {
			p = p[1:]
		}
	}
	return m.halve(half) && m.h < 24 && m.min < 60 && m.sec < 60 && zone(p)
}

func (m *moment) halve(half int) bool {
	if half == 0 {
		return true
	}
	if m.h == 12 {
		m.h = 0
	}
	if half == 2 && m.h < 12 {
		m.h += 12
	}
	return true
}

func meridiem(s string) int {
	switch strings.ToLower(s) {
	case "am", "a":
		return 1
	case "pm", "p":
		return 2
	}
	return 0
}

// zone reports whether p is a time zone: Z, UTC, +08:00, +0800.
func zone(p []part) bool {
	if len(p) > 0 {
		switch strings.ToUpper(p[0].text) {
		case "Z", "UTC", "GMT", "CST", "CET", "CEST", "EST", "PST":
			p = p[1:]
		}
	}
	if len(p) == 0 {
		return true
	}
	if p[0].sep != '+' && p[0].sep != '-' || !allDigits(p[0].text) {
		return false
	}
	return len(p) == 1 && (len(p[0].text) == 4 || len(p[0].text) == 2) || len(p) == 2 && len(p[0].text) == 2 && p[1].sep == ':' && len(p[1].text) == 2
}
