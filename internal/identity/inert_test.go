package identity

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// parts cuts a folded address into words of letters, numbers and ideographs.
func parts(v string) (out []string) {
	word := ""
	flush := func() {
		if word != "" {
			out = append(out, word)
		}
		word = ""
	}
	for _, r := range v {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			word += string(r)
		default:
			flush()
			if r >= utf8.RuneSelf {
				out = append(out, string(r))
			}
		}
	}
	flush()
	return out
}

// inertParts are the inert ideographs of an address that has some, else its
// inert words.
func inertParts(v string, cjk bool) (out []string) {
	for _, p := range parts(v) {
		if stem, ok := Inert([]byte(p)); ok && cjk == (p[0] >= utf8.RuneSelf) {
			out = append(out, string(stem))
		}
	}
	return out
}

// TestInert shows that canonical addresses have the inert parts of what they are
// made of, in their order.
func TestInert(t *testing.T) {
	words := strings.Split("12|7|4th|street|road|chestnut|goethestrasse|hauptstr|gardens|gdn|n|w|apartment|the|parkway|stanley|saintly|university", "|")
	ideographs := strings.Split("省|市|区|学|院|路|大道|街道|二|十|一|号|栋|单元|室|之|中国|胡同|内蒙古|自治区|杭州|幢|层|朝阳|交叉口|樟", "|")
	rapid.Check(t, func(t *rapid.T) {
		cjk := rapid.Bool().Draw(t, "cjk")
		pieces := words
		if cjk {
			pieces = append(ideographs, words...)
		}
		v := ""
		for range rapid.IntRange(1, 9).Draw(t, "pieces") {
			p := rapid.SampledFrom(pieces).Draw(t, "piece")
			if v != "" && p[0] < utf8.RuneSelf && v[len(v)-1] < utf8.RuneSelf {
				v += " "
			}
			v += rapid.SampledFrom([]string{"", " ", ", ", "-", "/"}).Draw(t, "gap") + p
		}
		got, ok := Canonical(Address, v, "")
		if want := inertParts(v, cjk); ok && !slices.Equal(inertParts(got, cjk), want) {
			t.Fatalf("Canonical(address, %q) = %q has %q, want %q", v, got, inertParts(got, cjk), want)
		}
	})
	if stem, ok := Inert([]byte("goethestrasse")); !ok || string(stem) != "goethe" {
		t.Errorf("goethestrasse is %q", stem)
	}
	for _, p := range []string{"chestnut", "杭", "stanley"} {
		if stem, ok := Inert([]byte(p)); !ok || string(stem) != p {
			t.Errorf("%q is not inert", p)
		}
	}
	for _, p := range []string{"street", "oak", "號", "号", "十", "7", "parkway", "hauptstr", "o'brien", "杭州", ""} {
		if _, ok := Inert([]byte(p)); ok {
			t.Errorf("%q is inert", p)
		}
	}
}
