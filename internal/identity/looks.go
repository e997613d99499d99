package identity

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// What single cells look like. These tests are narrower than Canonical: a
// column is a phone column because its cells look like phones, not because
// they could be dialled.

//go:embed vocab/names.tsv
var namesTSV string

type nameLists struct {
	given, family map[string]bool
	chinese       map[string]bool // family names, simplified or not
	japanese      map[string]bool
}

var names = sync.OnceValue(func() *nameLists {
	lists := map[string]map[string]bool{}
	for _, f := range tsv(namesTSV) {
		lists[f[0]] = map[string]bool{}
		for _, w := range strings.Fields(f[1]) {
			lists[f[0]][folded(w)] = true
		}
	}
	return &nameLists{lists["given"], lists["family"], lists["surname-zh"], lists["surname-ja"]}
})

// shape counts the runes of a cell.
type shape struct {
	letters, digits, spaces, han, kana, other, runes int
}

func shapeOf(v string) shape {
	var s shape
	for _, r := range v {
		s.runes++
		switch {
		case r >= '0' && r <= '9' || r >= '０' && r <= '９':
			s.digits++
		case r >= 0x3040 && r <= 0x30ff:
			s.kana++
		case cjk(r) && unicode.IsLetter(r):
			s.han++
		case unicode.IsLetter(r):
			s.letters++
		case unicode.IsSpace(r):
			s.spaces++
		default:
			s.other++
		}
	}
	return s
}

func looksURL(v string) bool {
	_, ok := canonicalURL(v)
	return ok && (strings.Contains(v, "://") || strings.HasPrefix(strings.ToLower(v), "www."))
}

// looksDate wants separators, or eight digits that are a day of 1850 to 2100.
func looksDate(v, locale string) bool {
	s, ok := canonicalDate(v, locale)
	if !ok {
		return false
	}
	if allDigits(v) {
		return len(v) == 8 && s >= "1850" && s < "2101"
	}
	return len(v) > 7 || shapeOf(v).other >= 2
}

func looksTime(v, locale string) bool {
	if allDigits(v) && len(v) != 14 {
		return false
	}
	s, ok := canonicalTime(v, locale)
	return ok && (len(s) <= 8 || !strings.HasSuffix(s, " 00:00:00") || strings.Contains(v, ":"))
}

// looksPhone wants a plus, a trunk zero, phone punctuation or a Chinese mobile.
func looksPhone(v, locale string) bool {
	canonical, ok := canonicalPhone(v, locale)
	s := shapeOf(v)
	if !ok || s.letters > 8 || s.digits < 7 || strings.ContainsAny(v, "eE:,_") {
		return false
	}
	switch {
	case v[0] == '+' || strings.HasPrefix(v, "＋"):
		return s.digits >= 8
	case s.other == 0 && s.spaces == 0:
		return strings.HasPrefix(canonical, "+861") && s.digits >= 11 && s.digits <= 15 || v[0] == '0' && s.digits >= 9 && s.digits <= 12
	case s.digits > 15 || groups(v) > 5 || strings.Count(v, ".") == 1 && s.other == 1:
		return false
	}
	return v[0] == '(' || v[0] == '0' || s.digits >= 10 && groups(v) >= 2 || groups(v) == 2 && s.digits == 7 && len(v) == 8 && (v[3] == '-' || v[3] == ' ')
}

// groups counts the runs of digits.
func groups(v string) int {
	n, in := 0, false
	for _, r := range v {
		digit := r >= '0' && r <= '9'
		if digit && !in {
			n++
		}
		in = digit
	}
	return n
}

// looksNationalID knows resident ids and 123-45-6789.
func looksNationalID(v string) bool {
	if len(v) == 11 && v[3] == '-' && v[6] == '-' {
		return allDigits(v[:3]) && allDigits(v[4:6]) && allDigits(v[7:])
	}
	return ValidResident(v)
}

// looksPostcode knows British and Canadian postcodes and ZIP+4; those of digits
// only are left to the header.
func looksPostcode(v string) bool {
	mask := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return '9'
		case r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z':
			return 'A'
		}
		return r
	}, v)
	switch mask {
	case "A9 9AA", "A99 9AA", "AA9 9AA", "AA99 9AA", "A9A 9AA", "AA9A 9AA", "A9A 9A9", "99999-9999":
		return true
	}
	return false
}

// looksCode wants letters and digits without blanks, such as AB12-3456.
func looksCode(v string) bool {
	s := shapeOf(v)
	return s.digits >= 2 && s.letters > 0 && s.spaces == 0 && s.han == 0 && s.kana == 0 && s.runes >= 5 && s.runes <= 64 && !strings.ContainsAny(v, "@:,")
}

// looksGiven and the like ask the vocabularies.
func looksGiven(v string) bool {
	v, _ = canonicalName(GivenName, v)
	return names().given[v]
}

func looksFamily(v string) bool {
	v, _ = canonicalName(FamilyName, v)
	return names().family[v]
}

func looksName(v string) bool {
	s := shapeOf(v)
	if s.han > 0 || s.kana > 0 {
		return looksChineseName(v) || looksJapaneseName(v)
	}
	if s.digits > 0 || s.spaces == 0 {
		return false
	}
	return s.other <= 2 && givenFirst(v)
}

// givenFirst reports whether two or three words begin or end with a given name
// and none of them is a word of streets, companies or places.
func givenFirst(v string) bool {
	var a [160]byte
	b, _ := separate(a[:0], v)
	var t [20][]byte
	tokens := cut(t[:0], b)
	if len(tokens) > 1 && words().person.entry(tokens[0]).drop {
		tokens = tokens[1:]
	}
	if len(tokens) < 2 || len(tokens) > 3 || looksOrganisation(v) || looksCity(v) {
		return false
	}
	return names().given[string(tokens[0])] || names().given[string(tokens[len(tokens)-1])]
}

// looksChineseName wants two to four characters that begin with a family name,
// and no word for a place at the end.
func looksChineseName(v string) bool {
	v, ok := canonicalName(Name, v)
	n := utf8.RuneCountInString(v)
	if !ok || n < 2 || n > 4 || shapeOf(v).han != n || looksRegion(v) {
		return false
	}
	_, one := utf8.DecodeRuneInString(v)
	_, two := utf8.DecodeRuneInString(v[one:])
	return names().chinese[v[:one]] || n > 2 && names().chinese[v[:one+two]]
}

func looksJapaneseName(v string) bool {
	v, _ = canonicalName(Name, v)
	for i := range v {
		if i > 0 && names().japanese[v[:i]] && !looksRegion(v) {
			return true
		}
	}
	return false
}

func looksRegion(v string) bool {
	name, ok := words().place.spell(v)
	if !ok {
		return false
	}
	if _, found := places().regions[name]; found {
		return true
	}
	return ends(name, "shire", " county") || ends(v, "省", "市", "区", "县", "旗", "州", "區", "縣", "自治区", "県")
}

func looksCity(v string) bool {
	name, ok := words().place.spell(v)
	if !ok {
		return false
	}
	return places().cities[name] || ends(v, "市", "县", "镇", "縣") ||
		ends(name, " ward", "ton", "ham", "ford", "bury", "ville", "burgh", "field", "ley", "mouth", "wick")
}

func ends(v string, tails ...string) bool {
	for _, t := range tails {
		if len(v) > len(t) && strings.HasSuffix(v, t) {
			return true
		}
	}
	return false
}

func looksCountry(v string) bool {
	name, ok := words().place.spell(v)
	_, found := places().countries[name]
	return ok && found && (len(v) > 3 || v == strings.ToUpper(v) || hasCJK(v))
}

// looksAddress wants a number and a street, or the words of Chinese addresses.
func looksAddress(v string) bool {
	s := shapeOf(v)
	if s.han >= 4 {
		return s.han+s.digits >= 6 && containsAny(v, "路", "街", "号", "號", "村", "镇", "巷", "弄", "大道", "小区", "丁目", "番地", "楼", "室")
	}
	if s.digits > 0 && s.letters >= 3 && s.spaces > 0 && s.digits < s.letters+4 {
		return true
	}
	return s.spaces > 0 && streetWord(v)
}

// streetWord reports whether the last word of v is a street type.
func streetWord(v string) bool {
	var a [160]byte
	b, _ := separate(a[:0], v)
	var t [20][]byte
	tokens := cut(t[:0], b)
	return len(tokens) > 1 && words().address.entry(tokens[len(tokens)-1]).drop
}

func containsAny(v string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(v, p) {
			return true
		}
	}
	return false
}

// looksOrganisation wants a legal form or a word of company names.
func looksOrganisation(v string) bool {
	if containsAny(v, "公司", "集团", "株式会社", "有限会社", "大学", "学院", "银行") || strings.Contains(v, " & ") {
		return true
	}
	var a [160]byte
	b, _ := separate(a[:0], v)
	var t [20][]byte
	for i, w := range cut(t[:0], b) {
		e := words().organisation.entry(w)
		if i > 0 && e.form != nil && len(w) > 1 && string(w) != "and" && string(w) != "the" && string(w) != "st" {
			return true
		}
	}
	return false
}
