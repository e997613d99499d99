package fingerprint

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

var numerals = [10]string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}

func (p *point) digits() string { return strconv.Itoa(p.quantity) }

// findChinese finds the point of a Chinese value that carries the mark. Every
// rule looks at what surrounds a spelling, never at which one it is.
func findChinese(value string) (point, bool) {
	for _, find := range [...]func(string) (point, bool){
		findCounted, findFinal, findNumeral, findProvince, findCity, findStorey, findJunction, findDash,
	} {
		if p, ok := find(value); ok {
			return p, true
		}
	}
	return point{}, false
}

// first returns the first place of a family's spelling that fits. Where one
// spelling is part of another, the one that begins first counts.
func (f *family) first(value string, fits func(before, after string) bool) (point, bool) {
	best := point{start: -1}
	for rank, s := range f.spellings {
		for from := 0; ; {
			i := strings.Index(value[from:], s)
			if i < 0 {
				break
			}
			at := from + i
			if best.start >= 0 && at >= best.start {
				break
			}
			if end := at + len(s); fits(value[:at], value[end:]) {
				best = point{family: f, rank: rank, start: at, end: end, skip: end}
				break
			}
			from = at + len(s)
		}
	}
	return best, best.start >= 0
}

// findCounted finds 号楼, 栋 or 幢 behind a number: 3号楼.
func findCounted(value string) (point, bool) {
	return chinese().of("counted").first(value, func(before, _ string) bool { return endsInNumber(before) })
}

// findFinal finds 室 or 房 behind a number at the end: 302室.
func findFinal(value string) (point, bool) {
	return chinese().of("final").first(value, func(before, after string) bool {
		return endsInDigit(before) && breaks(after)
	})
}

// findStorey finds 层 or 楼 behind a number: 3层.
func findStorey(value string) (point, bool) {
	return chinese().of("storey").first(value, func(before, after string) bool {
		return endsInNumber(before) && (breaks(after) || beginsWithDigit(after))
	})
}

// findJunction finds 路口 or 交叉口 behind the name of a road, at the end.
func findJunction(value string) (point, bool) {
	return chinese().of("junction").first(value, func(before, after string) bool {
		return breaks(after) && (strings.HasSuffix(before, "路") || strings.HasSuffix(before, "街") || strings.HasSuffix(before, "道"))
	})
}

// findDash finds - or 之 between two numbers of a house: 12-3号.
func findDash(value string) (point, bool) {
	return chinese().of("dash").first(value, func(before, after string) bool {
		rest := strings.TrimLeft(after, "0123456789０１２３４５６７８９")
		return endsInDigit(before) && len(rest) < len(after) && strings.HasPrefix(rest, "号")
	})
}

// findNumeral finds a number from one to ten before a word that is counted:
// 2单元, 二单元.
func findNumeral(value string) (point, bool) {
	f := chinese().of("numeral")
	best := point{start: -1}
	for _, counted := range f.spellings {
		for from := 0; ; {
			i := strings.Index(value[from:], counted)
			if i < 0 {
				break
			}
			at := from + i
			from = at + len(counted)
			if n, rank, start := smallNumber(value[:at]); n > 0 && (best.start < 0 || start < best.start) {
				best = point{family: f, rank: rank, start: start, end: at, skip: at, numeral: true, quantity: n}
			}
		}
	}
	return best, best.start >= 0
}

// smallNumber reads the number from 1 to 10 that s ends in, alone: its rank is
// 0 in digits and 1 in characters. It returns 0 when there is none.
func smallNumber(s string) (n, rank, start int) {
	for i, c := range numerals {
		if strings.HasSuffix(s, c) {
			start = len(s) - len(c)
			if endsInNumber(s[:start]) || strings.HasSuffix(s[:start], "第") {
				return 0, 0, 0
			}
			return i + 1, 1, start
		}
	}
	digits := 0
	for start = len(s); start > 0 && digits < 3; digits++ {
		r, size := utf8.DecodeLastRuneInString(s[:start])
		d, _ := digitValue(r)
		if d < 0 {
			break
		}
		n += d * int(pow10[digits])
		start -= size
	}
	if n < 1 || n > 10 || digits > 2 || n < 10 && digits > 1 || endsInNumber(s[:start]) || strings.HasSuffix(s[:start], "第") || strings.HasSuffix(s[:start], "-") {
		return 0, 0, 0
	}
	return n, 0, start
}

// findProvince finds the name of a province at the beginning, with or without
// its suffix.
func findProvince(value string) (point, bool) {
	return findPlace(value, 0, "province")
}

// findCity finds the name of a city at the beginning or behind a province.
func findCity(value string) (point, bool) {
	at := 0
	if p, ok := findProvince(value); ok {
		at = p.end
	}
	return findPlace(value, at, "city")
}

func findPlace(value string, at int, rule string) (point, bool) {
	at += len(value[at:]) - len(strings.TrimLeft(value[at:], " \u3000"))
	for size := longestPlace; size >= shortestPlace; size-- {
		end := at + size*len("市")
		if end > len(value) {
			continue
		}
		for _, k := range chinese().index[value[at:end]] {
			if k.family.rule == rule && beginsWithRegion(value[end:]) {
				return point{family: k.family, rank: k.rank, start: at, end: end, skip: end}, true
			}
		}
	}
	return point{}, false
}

// Lengths of the names of provinces and cities, in characters.
const (
	shortestPlace = 2
	longestPlace  = 8
)

// beginsWithRegion reports whether s begins with the name of a city, county or
// district: at least two characters that name it, then its suffix, before any
// road.
func beginsWithRegion(s string) bool {
	n := 0
	for _, r := range s {
		switch r {
		case '路', '街', '道', '巷', '弄', '号', '族':
			return false
		case '市', '区', '县', '州', '盟', '旗':
			if n != 1 {
				return n > 1
			}
		}
		if n++; n > 8 || r < 0x4e00 || r > 0x9fff {
			return false
		}
	}
	return false
}

func endsInDigit(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	d, _ := digitValue(r)
	return d >= 0
}

func beginsWithDigit(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	d, _ := digitValue(r)
	return d >= 0
}

func endsInNumber(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return endsInDigit(s) || strings.ContainsRune("一二三四五六七八九十百零", r) && r != utf8.RuneError
}

// breaks reports whether s begins with nothing, a blank or punctuation.
func breaks(s string) bool {
	if s == "" {
		return true
	}
	r, _ := utf8.DecodeRuneInString(s)
	return strings.ContainsRune(" ,;()/\u3000，；、。（）", r)
}
