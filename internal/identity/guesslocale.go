package identity

import "strings"

// GuessLocale guesses the locale of a table from samples of its columns:
// zh-CN, zh-TW, ja-JP, en-GB, en-US, en-AU, de-DE, or "" when nothing speaks.
// Scripts decide first, then postcodes, phones, states and domains: each cell
// has one vote, and the winner needs twice the votes of the next.
func GuessLocale(columns [][]string) string {
	votes := map[string]int{}
	script := map[string]int{}
	for _, cells := range columns {
		for i, v := range cells {
			if i >= sampleCells {
				break
			}
			if v = trim(v); v == "" {
				continue
			}
			if l := scriptOf(v); l != "" {
				script[l]++
			} else if l := localeOf(v); l != "" {
				votes[l]++
			}
		}
	}
	if l := winner(script, 1); l != "" {
		return l
	}
	return winner(votes, 2)
}

// winner returns the locale with most votes, at least three and factor times
// those of the next; Chinese of either script adds up for the commoner one.
func winner(votes map[string]int, factor int) string {
	best, first, second := "", 0, 0
	for _, l := range []string{"ja-JP", "zh-TW", "zh-CN", "en-GB", "en-US", "en-AU", "de-DE"} {
		switch n := votes[l]; {
		case n > first:
			best, first, second = l, n, first
		case n > second:
			second = n
		}
	}
	if best == "zh-CN" && votes["ja-JP"]*5 > votes["zh-CN"] {
		return "ja-JP"
	}
	if best == "zh-CN" && votes["zh-TW"]*3 > votes["zh-CN"] {
		return "zh-TW"
	}
	if first < 3 || first < factor*second {
		return ""
	}
	return best
}

// scriptOf tells Japanese by kana, Taiwan's characters by those that the
// vocabulary simplifies, other Chinese as that of the mainland.
func scriptOf(v string) string {
	han, traditional := false, false
	for _, r := range v {
		switch {
		case r >= 0x3040 && r <= 0x30ff:
			return "ja-JP"
		case r >= 0x4e00 && r <= 0x9fff:
			han = true
			traditional = traditional || words().simplify(r) != r
		}
	}
	switch {
	case strings.HasSuffix(v, "県"):
		return "ja-JP"
	case traditional:
		return "zh-TW"
	case han:
		return "zh-CN"
	}
	return ""
}

func localeOf(v string) string {
	mobile := len(v) >= 11 && len(v) <= 15 && looksChineseMobile(v)
	switch {
	case strings.HasPrefix(v, "+44") || britishPostcode(v) || ends(v, ".co.uk", ".org.uk") || strings.Contains(v, ".co.uk/"):
		return "en-GB"
	case strings.HasPrefix(v, "+61") || ends(v, ".com.au", ".net.au") || v == "nsw" || v == "NSW" || v == "qld" || v == "QLD" || v == "vic" || v == "VIC":
		return "en-AU"
	case strings.HasPrefix(v, "+49") || ends(strings.ToLower(v), "strasse", "straße", "str.", ".de", " gmbh") || strings.Contains(strings.ToLower(v), "straße "):
		return "de-DE"
	case strings.HasPrefix(v, "+86") || mobile:
		return "zh-CN"
	case strings.HasPrefix(v, "+1 ") || strings.HasPrefix(v, "+1(") || americanPhone(v) || len(v) == 10 && v[5] == '-' && looksPostcode(v):
		return "en-US"
	}
	return stateOf(v)
}

func looksChineseMobile(v string) bool {
	s, ok := canonicalPhone(v, "")
	return ok && strings.HasPrefix(s, "+861") && len(s) == 14 && shapeOf(v).letters == 0 && shapeOf(v).spaces < 3
}

func britishPostcode(v string) bool {
	return len(v) >= 6 && len(v) <= 8 && v[len(v)-4] == ' ' && looksPostcode(v) && v[len(v)-1] > '9'
}

func americanPhone(v string) bool {
	return len(v) >= 12 && len(v) <= 14 && (v[0] == '(' && v[4] == ')' || v[3] == '-' && v[7] == '-' && len(v) == 12) && shapeOf(v).digits == 10
}

// stateOf votes by names and abbreviations of states that only one country has.
func stateOf(v string) string {
	if len(v) == 2 && capital(v[0]) && capital(v[1]) && strings.Contains(" CA NY TX FL IL PA OH GA NC MI NJ AZ MA TN MO MD WI MN CO AL LA KY OR OK CT ", " "+v+" ") {
		return "en-US"
	}
	switch strings.ToLower(v) {
	case "england", "scotland", "wales", "london", "greater london", "kent", "surrey", "hampshire", "essex", "devon", "norfolk", "lancashire", "west midlands", "south yorkshire", "west yorkshire", "united kingdom", "birmingham", "manchester", "leeds", "bristol", "glasgow", "liverpool":
		return "en-GB"
	case "california", "texas", "florida", "new york", "illinois", "ohio", "usa", "united states", "united-states":
		return "en-US"
	case "new south wales", "queensland", "tasmania", "western australia", "south australia":
		return "en-AU"
	case "bayern", "hessen", "berlin", "münchen", "hamburg", "nordrhein-westfalen":
		return "de-DE"
	}
	return ""
}
