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
		budget.Check(t, len(Kinds())*len(text), func() {
			for _, k := range Kinds() {
				Mask(k, text)
			}
		})
		budget.Check(t, (2+len(Checks()))*len(text), func() {
			Classify(text, []string{text, locale}, locale)
			DetectCheck([]string{text})
		})
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
