package message

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"

	"telltale/internal/material"
)

// templates are the templates of the English collection (Almeida and Hidalgo,
// SMS Spam Collection, CC BY 4.0) as told by reading its spam: what stays when
// numbers, prizes, brands and names are filled in. Spam that fits none is told by
// its words alone, see sameWords.
var templates = []string{
	`account statement for .* un-?\s?redeemed|^your 200\d account for .* unredeemed`,
	`trying to contact (u|you).*draw shows|^xmas prize draws`,
	`mobile (number|no)\.? has been awarded.*prize`,
	`bonus caller prize on \d+/\d+/\d+`,
	`complimentary 4\*.*await`,
	`(video (handset|phone)|nokia fone).*(750|camcorder)`,
	`vodafone numbers ending`,
	`invited (to|2) xchat`,
	`for ur chance to win (a )?.{0,4}250`,
	`we tried to (contact|call) (you|u) re`,
}

// sms is the spam and the ham of a collection as messages.
func sms(t *testing.T) (spam, ham []Message) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(material.Dir(t, "spam"), "sms_spam_collection_latin1.csv"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := charmap.Windows1252.NewDecoder().String(string(raw))
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		m := FromText("", strings.TrimSpace(strings.Join(row[1:], " ")), "", time.Time{})
		if row[0] == "spam" {
			spam = append(spam, m)
		} else {
			ham = append(ham, m)
		}
	}
	return spam, ham
}

// chinese is the Chinese collection, whose words stand apart. It carries no
// licence: nothing of it is kept here.
func chinese(t *testing.T) (list []Message) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(material.Dir(t, "spam"), "fbs_sms_zh", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(string(raw), "\n") {
			if strings.TrimSpace(line) != "" {
				list = append(list, FromText("", line, "", time.Time{}))
			}
		}
	}
	return list
}

var wordPattern = regexp.MustCompile(`[\p{L}']+`)

// fills are the tokens that stand in the Chinese collection for what was taken out.
var fills = regexp.MustCompile(`(?i)^(phone|cellphone|digit|url\w*|place|name)$`)

func wordsOf(m Message) (out []string) {
	for _, w := range wordPattern.FindAllString(strings.ToLower(m.Text), -1) {
		if !fills.MatchString(w) {
			out = append(out, w)
		}
	}
	return out
}

// runsOf are the runs of n words of a text.
func runsOf(words []string, n int) map[string]bool {
	out := map[string]bool{}
	for i := 0; i+n <= len(words); i++ {
		out[strings.Join(words[i:i+n], " ")] = true
	}
	return out
}

// contained is the part of the smaller set that the other holds.
func contained(a, b map[string]bool) float64 {
	if len(a) > len(b) {
		a, b = b, a
	}
	n := 0
	for k := range a {
		if b[k] {
			n++
		}
	}
	return float64(n) / float64(max(len(a), 1))
}

// labels puts messages with the same template together: those that fit a
// written one, those of the same words, and those that hold at least share of each other's runs of n
// words, the rule being transitive. It looks at words, while campaigns look at
// characters.
func labels(list []Message, n int, share float64, written []string) []int {
	g := newTestGroups(len(list))
	first := map[int]int{}
	runs := make([]map[string]bool, len(list))
	holders, equal := map[string][]int{}, map[string]int{}
	for i, m := range list {
		for k, p := range written {
			if regexp.MustCompile(`(?is)` + p).MatchString(m.Text) {
				if j, ok := first[k]; ok {
					g.join(i, j)
				} else {
					first[k] = i
				}
				break
			}
		}
		words := wordsOf(m)
		all := strings.Join(words, " ")
		if j, ok := equal[all]; ok {
			g.join(i, j)
		}
		equal[all] = i
		runs[i] = runsOf(words, n)
		for run := range runs[i] {
			holders[run] = append(holders[run], i)
		}
	}
	for i := range list {
		met := map[int]bool{}
		for run := range runs[i] {
			for _, j := range holders[run] {
				if j < i && !met[j] {
					met[j] = true
					if contained(runs[i], runs[j]) >= share && min(len(runs[i]), len(runs[j])) >= 3 {
						g.join(i, j)
					}
				}
			}
		}
	}
	out := make([]int, len(list))
	for i := range out {
		out[i] = g.root(i)
	}
	return out
}

type testGroups []int

func newTestGroups(n int) testGroups {
	g := make(testGroups, n)
	for i := range g {
		g[i] = i
	}
	return g
}

func (g testGroups) root(i int) int {
	for g[i] != i {
		i = g[i]
	}
	return i
}

func (g testGroups) join(i, j int) { g[g.root(i)] = g.root(j) }

// groupsOf groups messages as campaigns do; textOnly leaves senders, links and
// numbers out, by which different templates of one sender fall together, too.
func groupsOf(list []Message, textOnly bool) []int {
	g := NewGroups()
	for i := range list {
		t := TraitsOf(&list[i], plainHash)
		if textOnly {
			t.Keys = nil
		}
		g.Add(t)
	}
	out := make([]int, len(list))
	for i := range out {
		out[i] = g.Of(i)
	}
	return out
}

// pairwise compares two groupings: of the pairs that got together, the part that
// should, and of those that should, the part that did.
func pairwise(got, want []int) (precision, recall float64, pairs int, wrong [][2]int) {
	both, gotten, wanted := 0, 0, 0
	for i := range got {
		for j := range i {
			a, b := got[i] == got[j], want[i] == want[j]
			if a {
				gotten++
			}
			if b {
				wanted++
			}
			if a && b {
				both++
			}
			if a != b {
				wrong = append(wrong, [2]int{j, i})
			}
		}
	}
	return float64(both) / float64(max(gotten, 1)), float64(both) / float64(max(wanted, 1)), wanted, wrong
}

// TestCampaignsOfSMS measures campaigns by text against templates told by words.
func TestCampaignsOfSMS(t *testing.T) {
	spam, ham := sms(t)
	want := labels(spam, 4, .5, templates)
	got := groupsOf(spam, true)
	p, r, n, wrong := pairwise(got, want)
	t.Logf("English: %d messages, %d pairs of one template: precision %.3f, recall %.3f", len(spam), n, p, r)
	if p < .94 || r < .84 {
		t.Errorf("precision %.3f, recall %.3f, want .94 and .84", p, r)
	}
	if testing.Verbose() {
		showWrong(t, spam, got, wrong)
	}
	hams := groupsOf(ham, false)
	apart := groupsOf(slices.Concat(spam, ham), false)
	mixed := 0
	for i := range ham {
		if slices.Contains(apart[:len(spam)], apart[len(spam)+i]) {
			mixed++
		}
	}
	largest, alone := 0, 0
	size := map[int]int{}
	for _, g := range hams {
		size[g]++
		largest = max(largest, size[g])
	}
	for _, n := range size {
		if n == 1 {
			alone++
		}
	}
	p, _, _, _ = pairwise(hams, labels(ham, 4, .5, nil))
	t.Logf("ham: %d messages, %d of them in a campaign of spam, %d in none, the largest of %d; of the pairs together %.3f repeat each other's words", len(ham), mixed, alone, largest, p)
	if mixed > len(ham)/500 {
		t.Errorf("%d of %d ham messages fell into campaigns of spam", mixed, len(ham))
	}
}

// TestCampaignsOfChineseSMS does so for text without blanks: the words of the
// collection tell the templates, and the campaigns see the characters alone.
func TestCampaignsOfChineseSMS(t *testing.T) {
	list := chinese(t)
	p, r, n, wrong := pairwise(groupsOf(list, true), labels(list, 3, .5, nil))
	t.Logf("Chinese: %d messages, %d pairs of one template: precision %.3f, recall %.3f, %d pairs differ", len(list), n, p, r, len(wrong))
	if p < .93 || r < .8 {
		t.Errorf("precision %.3f, recall %.3f, want .93 and .8", p, r)
	}
}

func showWrong(t *testing.T, list []Message, got []int, wrong [][2]int) {
	seen := map[string]bool{}
	for _, w := range wrong {
		a, b := list[w[0]].Text, list[w[1]].Text
		key := plainText(a)[:min(30, len(plainText(a)))] + plainText(b)[:min(30, len(plainText(b)))]
		if !seen[key] && len(seen) < 60 {
			seen[key] = true
			t.Logf("together %v\n   %.140s\n   %.140s", got[w[0]] == got[w[1]], a, b)
		}
	}
}
