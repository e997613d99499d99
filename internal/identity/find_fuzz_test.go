package identity

import (
	"testing"

	"telltale/internal/budget"
)

func FuzzFind(f *testing.F) {
	f.Add("call 0 1 8 3 5 - 703597 or ann [at] example (dot) com, hxxp://x.top/a", "en-GB")
	f.Add("１３８\u200b００１３８０００ 王小明先生", "zh-CN")
	f.Fuzz(func(t *testing.T, text, locale string) {
		text = string(budget.Grown([]byte(text)))
		budget.Check(t, len(text), func() { findAll(t, text, locale) })
	})
}

func findAll(t *testing.T, text, locale string) {
	end := 0
	for _, found := range FindIn(text, locale) {
		if found.Start < end || found.End > len(text) || text[found.Start:found.End] != found.Value {
			t.Errorf("FindIn(%q) has %+v after %d", text, found, end)
		}
		end = found.End
	}
}

func FuzzMask(f *testing.F) {
	for _, c := range spellings {
		f.Add(string(c.kind), c.groups[0][0])
	}
	f.Fuzz(func(t *testing.T, kind, text string) {
		text = string(budget.Grown([]byte(text)))
		budget.Check(t, len(text), func() { Mask(Kind(kind), text) })
	})
}

// FuzzClassify tells columns by any name and values: the text is read once for
// its name, once as a value, and once for each kind of check digit.
func FuzzClassify(f *testing.F) {
	for _, c := range spellings {
		f.Add(c.groups[0][0], c.locale)
	}
	f.Fuzz(func(t *testing.T, text, locale string) {
		text = string(budget.Grown([]byte(text)))
		budget.Check(t, 2*len(text), func() { Classify(text, []string{text, locale}, locale) })
		budget.Check(t, len(Checks())*len(text), func() { DetectCheck([]string{text}) })
	})
}
