package recognise

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
	"github.com/mozillazg/go-unidecode"

	"telltale/canary"
	"telltale/internal/identity"
)

// addName indexes a full name: its words in any order, or its characters as
// they stand, and both in Latin letters.
func (x *Index) addName(c canary.Canary, id canary.Identity, r ref) {
	value, written := strings.ReplaceAll(id.Value, canary.Separator, " "), ""
	if utf8.RuneCountInString(value) < 2 {
		return
	}
	for _, i := range id.Columns {
		written += " " + c.Cells[i]
	}
	if words := letterWords(written); len(words) > 1 {
		x.given[hashOf(words[0])], x.family[hashOf(words[len(words)-1])] = true, true
	}
	x.addWords(value, r)
	if isHan(value) {
		x.addHan(value, r)
		if len(id.Columns) == 2 { // the other order
			a, b, _ := strings.Cut(value, " ")
			x.addHan(b+a, r)
		}
	}
	r.form = transliterated
	for _, latin := range romanised(value) {
		x.addWords(latin, r)
	}
	x.addWords(umlauts.Replace(written), r)
}

var umlauts = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue")

func (x *Index) addHan(value string, r ref) {
	var h uint64
	var hashes []uint64
	for _, c := range value {
		if c != ' ' {
			hashes = append(hashes, hashOf(string(c)))
		}
	}
	n := len(hashes)
	if n < 2 || n > maxHan {
		return
	}
	for _, c := range hashes {
		h = h*hashStep + c
	}
	x.hanLens[n] = true
	x.pairs.add(hashes[0]*hashStep + hashes[1])
	x.han.add(h, r)
}

// addWords indexes two words and more; one alone is no full name.
func (x *Index) addWords(value string, r ref) {
	words := letterWords(value)
	if len(words) < 2 || len(words) > maxWords {
		return
	}
	var sum uint64
	for _, w := range words {
		sum += hashOf(w)
		x.nameWords.add(hashOf(w))
	}
	x.lengths[len(words)] = true
	x.names.add(sum, r)
}

// letterWords are the words of letters as tokenise cuts them.
func letterWords(s string) []string {
	var out []string
	v := foldAll(s)
	for _, t := range tokenise(v, nil) {
		if t.class == word {
			out = append(out, strings.ReplaceAll(string(v[t.start:t.end]), "'", ""))
		}
	}
	return out
}

// romanised spells a name in Latin letters: Chinese characters by their pinyin,
// given names in one word and in several; other scripts letter by letter; and
// of ä, ö, ü the forms with and without e.
func romanised(name string) []string {
	var out []string
	switch {
	case isHan(name):
		out = pinyinForms(name)
	case !isASCII(name):
		out = []string{unidecode.Unidecode(name)}
	}
	for _, s := range []string{"ae", "oe", "ue"} {
		if strings.Contains(name, s) {
			out = append(out, strings.NewReplacer("ae", "a", "oe", "o", "ue", "u").Replace(name))
			break
		}
	}
	return out
}

func pinyinForms(name string) []string {
	var syllables []string
	for _, r := range name {
		if r == ' ' {
			continue
		}
		s := pinyin.SinglePinyin(r, pinyin.NewArgs())
		if len(s) == 0 {
			return []string{unidecode.Unidecode(name)}
		}
		syllables = append(syllables, s[0])
	}
	if len(syllables) < 2 {
		return nil
	}
	out := []string{syllables[0] + " " + strings.Join(syllables[1:], ""), strings.Join(syllables, " ")}
	if len(syllables) == 4 {
		out = append(out, syllables[0]+syllables[1]+" "+syllables[2]+syllables[3])
	}
	return out
}

func (x *Index) addPhone(id canary.Identity, r ref) {
	forms := identity.HashForms(identity.Phone, id.Value)
	if len(forms) == 0 {
		return
	}
	national, code := strings.TrimPrefix(forms[0], "+"), ""
	if len(forms) > 2 {
		national = forms[2]
		code = forms[1][:len(forms[1])-len(national)]
	}
	x.addNumber(national, number{r, code})
	if len(national) > 4 {
		block := national[:len(national)-4]
		x.blocks[block] = code
		x.blockSeen.add(digitsHash([]byte(block)))
	}
}

// minNumber is the fewest digits by which a number is looked for.
const minNumber = 7

func (x *Index) addNumber(digits string, n number) {
	if len(digits) < minNumber {
		return
	}
	x.numbers[digits] = append(x.numbers[digits], n)
	x.suffixes.add(suffixHash([]byte(digits)))
	if !slices.Contains(x.digits, len(digits)) {
		x.digits = append(x.digits, len(digits))
	}
}

func suffixHash(d []byte) uint64 {
	d = d[len(d)-6:]
	return mix(uint64(binary.LittleEndian.Uint32(d)) | uint64(binary.LittleEndian.Uint16(d[4:]))<<32)
}

func digitsHash(d []byte) uint64 {
	var h uint64
	for _, c := range d {
		h = h*10 + uint64(c)
	}
	return mix(h)
}

// addToken indexes an official or serial number: of digits alone as a number,
// else by its longest part of letters and digits.
func (x *Index) addToken(value string, r ref) {
	if strings.Trim(value, "0123456789") == "" {
		x.addNumber(value, number{ref: r})
		return
	}
	longest := ""
	for _, part := range strings.FieldsFunc(value, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }) {
		if len(part) > len(longest) {
			longest = part
		}
	}
	if len(longest) >= 3 {
		x.tokens.add(hashOf(longest), r)
	}
}

func (x *Index) addMail(id canary.Identity, r ref) {
	x.mails[id.Value] = append(x.mails[id.Value], r)
	_, domain, _ := strings.Cut(id.Value, "@")
	h := x.hosts[domain]
	h.mails = true
	x.hosts[domain] = h
}

// addDigests indexes what is traded in place of a contact.
func (x *Index) addDigests(id canary.Identity, r ref) {
	for _, s := range identity.HashForms(id.Kind, id.Value) {
		m, s1, s2 := md5.Sum([]byte(s)), sha1.Sum([]byte(s)), sha256.Sum256([]byte(s))
		for f, sum := range map[form][]byte{md5Form: m[:], sha1Form: s1[:], sha256Form: s2[:]} {
			r.form = f
			x.digests.add(digestHash(sum), r)
		}
	}
}

func digestHash(sum []byte) uint64 {
	return mix(binary.BigEndian.Uint64(sum) + uint64(len(sum)))
}

func isHan(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}
