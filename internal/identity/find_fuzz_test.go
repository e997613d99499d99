package identity

import "testing"

func FuzzFind(f *testing.F) {
	f.Add("call 0 1 8 3 5 - 703597 or ann [at] example (dot) com, hxxp://x.top/a", "en-GB")
	f.Add("１３８\u200b００１３８０００ 王小明先生", "zh-CN")
	f.Fuzz(func(t *testing.T, text, locale string) {
		end := 0
		for _, found := range FindIn(text, locale) {
			if found.Start < end || found.End > len(text) || text[found.Start:found.End] != found.Value {
				t.Errorf("FindIn(%q) has %+v after %d", text, found, end)
			}
			end = found.End
		}
		for _, k := range Kinds() {
			Mask(k, text)
		}
		Classify(text, []string{text, locale}, locale)
		DetectCheck([]string{text})
	})
}
