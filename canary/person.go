package canary

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"

	"telltale/internal/identity"
	"telltale/internal/key"
)

// piece is a part of a full name as written.
type piece struct {
	text string
	role role
}

type role uint8

const (
	literal role = iota // blanks, commas, titles, particles
	given
	family
	initial
)

// titles and particles stay as they are when a name is drawn anew.
var titles = set("mr mrs ms miss dr prof sir madam mme herr frau jr sr ii iii iv md phd esq van von der den de da di del la le el al bin ibn dos du ter zu")

var compound = set("欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 司徒 夏侯 端木 令狐 歐陽 司馬 上官 諸葛 司徒")

func set(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

// parseName takes a full name apart. Names in Han characters and names with a
// comma put the family first, all others last.
func parseName(v string) []piece {
	if r, _ := utf8.DecodeRuneInString(strings.TrimSpace(v)); r > 0x2e80 {
		return parseEastern(v)
	}
	ps := splitWords(v)
	comma := strings.Contains(v, ",")
	if comma {
		return westernComma(ps)
	}
	last := -1
	for i, p := range ps {
		if p.role != literal {
			ps[i].role = given
			last = i
		}
	}
	if last >= 0 {
		ps[last].role = family
	}
	return initials(ps)
}

func westernComma(ps []piece) []piece {
	side := family
	for i, p := range ps {
		if strings.Contains(p.text, ",") {
			side = given
		}
		if p.role != literal {
			ps[i].role = side
		}
	}
	return initials(ps)
}

func initials(ps []piece) []piece {
	for i, p := range ps {
		if p.role == given && utf8.RuneCountInString(p.text) == 1 {
			ps[i].role = initial
		}
	}
	return ps
}

func parseEastern(v string) []piece {
	t := strings.TrimSpace(v)
	if a, b, ok := strings.Cut(t, " "); ok {
		return []piece{{a, family}, {" ", literal}, {b, given}}
	}
	if a, b, ok := strings.Cut(t, "\u3000"); ok {
		return []piece{{a, family}, {"\u3000", literal}, {b, given}}
	}
	rs := []rune(t)
	n := 1
	if len(rs) > 2 && compound[string(rs[:2])] {
		n = 2
	}
	if len(rs) <= n {
		return []piece{{t, family}}
	}
	return []piece{{string(rs[:n]), family}, {string(rs[n:]), given}}
}

// splitWords cuts v into words and what stands between; titles are literal.
func splitWords(v string) []piece {
	var out []piece
	inWord, from := false, 0
	flush := func(to int) {
		if to == from {
			return
		}
		p := piece{text: v[from:to]}
		if inWord && !titles[strings.ToLower(p.text)] {
			p.role = given
		}
		out = append(out, p)
		from = to
	}
	for i, r := range v {
		word := unicode.IsLetter(r) || unicode.IsMark(r) || r == '\'' || r == '-' || r == '’'
		if word != inWord {
			flush(i)
			inWord = word
		}
	}
	flush(len(v))
	return out
}

// nameOf joins the words of one role, in lower case.
func nameOf(ps []piece, want role) string {
	var out []string
	for _, p := range ps {
		if p.role == want {
			out = append(out, strings.ToLower(p.text))
		}
	}
	return strings.Join(out, " ")
}

// person is the name of a canary or of a sampled row, in lower case.
type person struct{ given, family string }

func (r *roles) person1(cells []string) person {
	var p person
	if len(r.given) > 0 {
		p.given = lower(cell(cells, r.given[0]))
	}
	if len(r.family) > 0 {
		p.family = lower(cell(cells, r.family[0]))
	}
	if len(r.name) > 0 {
		ps := parseName(cell(cells, r.name[0]))
		if p.given == "" {
			p.given, _, _ = strings.Cut(nameOf(ps, given), " ")
		}
		if p.family == "" {
			p.family = nameOf(ps, family)
		}
	}
	return p
}

func lower(v string) string { return strings.ToLower(strings.TrimSpace(v)) }

// dress writes word with the blanks and the case of the cell that it replaces.
func dress(old, word string) string {
	t := strings.TrimSpace(old)
	if t == "" {
		return word
	}
	at := strings.Index(old, t)
	return old[:at] + likeCase(t, word) + old[at+len(t):]
}

func likeCase(old, word string) string {
	first, n := utf8.DecodeRuneInString(old)
	if !unicode.IsUpper(first) {
		return word
	}
	if len(old) > n && strings.ToUpper(old) == old && strings.ToLower(old[n:]) != old[n:] {
		return strings.ToUpper(word)
	}
	return title(word)
}

func title(word string) string {
	up := true
	return strings.Map(func(r rune) rune {
		c := r
		if up {
			c = unicode.ToTitle(r)
		}
		up = r == ' ' || r == '-' || r == '\''
		return c
	}, word)
}

// fold spells a name as mailbox names do: Latin letters without accents, Han
// characters by their first reading.
func fold(name string) string {
	var out strings.Builder
	for _, r := range norm.NFD.String(name) {
		switch {
		case r >= 'a' && r <= 'z':
			out.WriteRune(r)
		case r >= 'A' && r <= 'Z':
			out.WriteRune(r + 'a' - 'A')
		case unicode.Is(unicode.Han, r):
			out.WriteString(syllable(r))
		default:
			out.WriteString(spelt[r])
		}
	}
	return out.String()
}

var spelt = map[rune]string{'ß': "ss", 'ø': "o", 'æ': "ae", 'ł': "l", 'đ': "d", 'œ': "oe", 'þ': "th", 'ð': "d", 'ı': "i"}

var toneless = pinyin.NewArgs()

func syllable(r rune) string {
	if all := pinyin.SinglePinyin(r, toneless); len(all) > 0 {
		return all[0]
	}
	return ""
}

// initialsOf is what an e-mail's initials say of a name: one letter, or one
// for every Han character.
func initialsOf(name string) string {
	var out strings.Builder
	for i, r := range name {
		if unicode.Is(unicode.Han, r) {
			if s := syllable(r); s != "" {
				out.WriteByte(s[0])
			}
		} else if i == 0 {
			if s := fold(string(r)); s != "" {
				out.WriteByte(s[0])
			}
		}
	}
	return out.String()
}

// drawPerson draws names until nobody in the table is nearly the person, and
// the table holds the full name or not, as wanted. ok is false when none of
// the tries gave one.
func (m *model) drawPerson(st *key.Stream, donor []string, tries int) (p person, bits [2]float64, ok bool) {
	old := m.person1(donor)
	gs := m.givenFor(donor)
	sake := st.Float64() < m.sakes && m.besideName(donor)
	for range tries {
		p, bits = person{}, [2]float64{}
		if old.given != "" && !gs.empty() {
			p.given, bits[0] = gs.draw(st)
		}
		if old.family != "" && !m.families.empty() {
			p.family, bits[1] = m.families.draw(st)
		}
		cells := m.wearName(slices.Clone(donor), p)
		if m.repeatsName(cells) {
			continue
		}
		if p.given == "" || p.family == "" || m.known(cells) == sake && !m.nearRow(cells) {
			return p, bits, true
		}
	}
	return p, bits, false
}

// besideName reports whether something of the row besides its name tells
// namesakes apart.
func (m *model) besideName(cells []string) bool {
	for _, list := range [][]int{m.phones, m.emails, m.nationals, m.addresses} {
		if len(list) > 0 && !blank(cell(cells, list[0])) {
			return true
		}
	}
	return false
}

// known reports whether some row of the table bears the name.
func (m *model) known(cells []string) bool {
	v, ok := m.fullName(cells, m.p.Locale)
	return ok && m.p.Seen.has(entry(identity.Name, v))
}

// wearName writes the name into the name columns of cells, dressed like what
// stood there.
func (m *model) wearName(cells []string, p person) []string {
	if len(m.given) > 0 && p.given != "" {
		cells[m.given[0]] = dress(cells[m.given[0]], p.given)
	}
	if len(m.family) > 0 && p.family != "" {
		cells[m.family[0]] = dress(cells[m.family[0]], p.family)
	}
	if len(m.name) > 0 {
		cells[m.name[0]] = respell(cells[m.name[0]], p)
	}
	return cells
}

func respell(old string, p person) string {
	ps := parseName(old)
	if len(ps) == 0 {
		if r, _ := utf8.DecodeRuneInString(p.family); r > 0x2e80 {
			return p.family + p.given
		}
		return title(strings.TrimSpace(p.given + " " + p.family))
	}
	var out strings.Builder
	used := map[role]bool{}
	for i, q := range ps {
		word := q.text
		if q.role == given || q.role == family {
			if used[q.role] && q.role == given {
				out.WriteString(word)
				continue
			}
			if used[q.role] {
				if i > 0 && strings.HasSuffix(out.String(), " ") {
					s := strings.TrimRight(out.String(), " ")
					out.Reset()
					out.WriteString(s)
				}
				continue
			}
			used[q.role] = true
			word = likeCase(q.text, pick(q.role == given, p.given, p.family))
		}
		out.WriteString(word)
	}
	return out.String()
}

func pick[T any](cond bool, a, b T) T {
	if cond {
		return a
	}
	return b
}
