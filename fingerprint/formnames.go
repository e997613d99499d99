package fingerprint

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// apartPerson takes back what writePerson did.
func apartPerson(v string) (string, int64, bool) {
	if family, given, ok := strings.Cut(v, ", "); ok {
		if plain := given + " " + family; plainPerson(plain) && !strings.Contains(family, " ") {
			return plain, 0, true
		}
		return v, 0, false
	}
	given, family := lastWord(v)
	if utf8.RuneCountInString(family) > 1 && strings.ToUpper(family) == family {
		if plain := given + capitalised(family); plainPerson(plain) {
			return plain, 1, true
		}
	}
	return v, 0, false
}

func writePerson(plain string) (zero, one string, ok bool) {
	if !plainPerson(plain) {
		return "", "", false
	}
	given, family := lastWord(plain)
	return family + ", " + strings.TrimSpace(given), given + strings.ToUpper(family), true
}

// plainPerson reports whether v is a full name as it is usually written: two or
// three words of Latin letters with one capital each, the first of two letters
// at least and the last of three. A middle name may be an initial.
func plainPerson(v string) bool {
	words := strings.Split(v, " ")
	if len(words) < 2 || len(words) > 3 {
		return false
	}
	for i, w := range words {
		least := [...]int{2, 1}[min(i, 1)]
		if i == len(words)-1 {
			least = 3
		} else if i == 1 {
			w = strings.TrimSuffix(w, ".")
		}
		if utf8.RuneCountInString(w) < least || !latin(w) || capitalised(w) != w {
			return false
		}
	}
	return true
}

func latin(w string) bool {
	for _, r := range w {
		if !unicode.Is(unicode.Latin, r) {
			return false
		}
	}
	return true
}

// capitalised is w with its first letter as a capital and the others small.
func capitalised(w string) string {
	_, n := utf8.DecodeRuneInString(w)
	return strings.ToUpper(w[:n]) + strings.ToLower(w[n:])
}

// lastWord parts a value before its last word; the blank stays in front.
func lastWord(v string) (front, last string) {
	at := strings.LastIndex(v, " ") + 1
	return v[:at], v[at:]
}

const (
	houseNumber            = "号"
	houseNumberTraditional = "號"
)

// apartNumber takes back what writeNumber did.
func apartNumber(v string) (string, int64, bool) {
	if front, back, ok := strings.Cut(v, houseNumberTraditional); ok && !strings.Contains(front, houseNumber) {
		return front + houseNumber + back, 1, true
	}
	if front, back, ok := strings.Cut(v, houseNumber); ok {
		at := digitsAtEnd(front, '０', '９')
		if at < len(front) {
			return front[:at] + strings.Map(narrow, front[at:]) + houseNumber + back, 0, true
		}
	}
	return v, 0, false
}

func writeNumber(plain string) (zero, one string, ok bool) {
	front, back, ok := strings.Cut(plain, houseNumber)
	at := digitsAtEnd(front, '0', '9')
	if !ok || at == len(front) || strings.Contains(plain, houseNumberTraditional) {
		return "", "", false
	}
	return front[:at] + widen(front[at:]) + houseNumber + back, front + houseNumberTraditional + back, true
}

// digitsAtEnd is where the run of digits between two of them that ends v begins.
func digitsAtEnd(v string, zero, nine rune) int {
	return len(strings.TrimRightFunc(v, func(r rune) bool { return r >= zero && r <= nine }))
}
