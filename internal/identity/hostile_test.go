package identity

import (
	"strings"
	"testing"

	"telltale/internal/budget"
)

// TestTraps: long runs of what could cost the square of their length.
func TestTraps(t *testing.T) {
	const size = 100_000
	kinds := len(Kinds())
	for _, piece := range []string{
		"1 ", "(", "a@", "a.", "１３８", "王小明先生", "call 0 1 8 3 5 - 703597 or ann [at] example (dot) com ", "\u200b", "e\u0301",
		"12 Mill Street, ", "AB12 3CD ", "http://x.top/a ", "*", "\xff",
	} {
		text := string(budget.Grow([]byte(piece), size))
		for _, c := range []struct {
			name  string
			reads int // how often the text is read
			f     func()
		}{
			{"find", 2, func() { FindIn(text, "en-GB"); FindIn(text, "zh-CN") }},
			{"classify", 3, func() { Classify(text, []string{text, text}, "zh-CN") }},
			{"check", len(Checks()), func() { DetectCheck([]string{text}) }},
			{"mask", kinds, func() {
				for _, k := range Kinds() {
					Mask(k, text)
				}
			}},
			{"canonical", kinds, func() {
				for _, k := range Kinds() {
					Canonical(k, text, "en-GB")
				}
			}},
		} {
			t.Run(c.name+" "+strings.ToValidUTF8(piece, "?"), func(t *testing.T) { budget.Check(t, c.reads*size, c.f) })
		}
	}
}

// TestLongHost: a host of a quarter of a million labels took seconds.
func TestLongHost(t *testing.T) {
	text := strings.Repeat("www.", 250_000)
	budget.Check(t, len(text), func() { FindIn(text, "") })
}
