package canary

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"

	"telltale/internal/identity"
)

// land is how a table of one locale is written.
type land struct {
	locale   string
	places   []string // city, region and postcode, separated by |; # is any digit
	street   string   // % is one of forty names, # the house number
	phone    string   // # is any digit
	reserved bool     // the country keeps a range of numbers out of use
	scripts  []*unicode.RangeTable
}

var lands = []land{
	{"zh-CN", []string{"深圳市|广东省|518###", "杭州市|浙江省|310###", "成都市|四川省|610###"}, "%路#号", "138########", false, []*unicode.RangeTable{unicode.Han}},
	{"zh-TW", []string{"臺北市|大安區|106##", "高雄市|左營區|813##", "臺中市|西屯區|407##"}, "%路#號", "09##-######", false, []*unicode.RangeTable{unicode.Han}},
	{"en-US", []string{"Springfield|IL|627##", "Dayton|OH|454##", "Salem|OR|973##"}, "# % Ave", "(217) 4##-####", true, []*unicode.RangeTable{unicode.Latin}},
	{"en-GB", []string{"Leeds|West Yorkshire|LS1 #AB", "York|North Yorkshire|YO1 #AD", "Bath|Somerset|BA1 #AH"}, "# % Road", "07### ######", true, []*unicode.RangeTable{unicode.Latin}},
	{"de-DE", []string{"München|Bayern|80###", "Köln|Nordrhein-Westfalen|50###", "Leipzig|Sachsen|04###"}, "%straße #", "030 #######", true, []*unicode.RangeTable{unicode.Latin}},
	{"ja-JP", []string{"横浜市|神奈川県|220-####", "札幌市|北海道|060-####", "福岡市|福岡県|810-####"}, "%町#丁目", "090-####-####", false, []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana}},
}

const landSpec = "id:serial:k name:name:i email:email:i phone:phone:i city:city region:region postcode:postcode street:address:i since:date:s"

func (l land) table(n int) testTable {
	rng := rand.New(rand.NewPCG(11, 29))
	v := vocabs()[l.locale]
	tab := testTable{name: l.locale, locale: l.locale, cols: columns(landSpec)}
	any := func(list []string) string { return list[min(rng.IntN(len(list)), rng.IntN(len(list)))] }
	digits := func(pattern string) string {
		return strings.Map(func(r rune) rune {
			if r == '#' {
				return rune('0' + rng.IntN(10))
			}
			return r
		}, pattern)
	}
	at := int64(18_000)
	for i := range n {
		g, f := any(v.given), any(v.family)
		name := title(g) + " " + title(f)
		if isEastern(f) {
			name = f + g
		}
		place := strings.Split(any(l.places), "|")
		at += rng.Int64N(3)
		tab.rows = append(tab.rows, []string{fmt.Sprintf("K%06d", 20_000+7*i+rng.IntN(6)), name, mailOf(g, f, rng), digits(l.phone), place[0], place[1], digits(place[2]),
			strings.NewReplacer("%", title(v.family[rng.IntN(40)]), "#", fmt.Sprint(1+rng.IntN(240))).Replace(l.street), scalar{layout: "2006-01-02"}.spell(at)})
	}
	return tab
}

// TestLocales: in a table of each locale canaries have names of its script,
// shapes that its columns have, and contacts that are the owner's or, where the
// pool has none and the country keeps such numbers, of a range that is out of
// use; else minting says what is wanting, and no export of them is refused for
// canaries that stand out. 700 rows, 40 canaries.
func TestLocales(t *testing.T) {
	for _, l := range lands {
		t.Run(l.locale, func(t *testing.T) {
			tab := l.table(700)
			p := learn(tab)
			out, isCanary, planted := plantFor(t, tab, p, "land/"+l.locale, 40)
			checkOrder(t, tab, out)
			checkKeys(t, tab, out)
			checkRows(t, tab, p, 40, out, isCanary)
			checkShapes(t, tab, planted)
			checkNew(t, tab, p, planted)
			checkIdentities(t, p, planted)
			for _, c := range planted {
				l.checkRow(t, tab, c)
			}
			l.checkWithoutPool(t, tab, p)
			if d, err := p.Detect(secret("land"), ownContacts(tab, 40)); err != nil || d.TooEasy() {
				t.Errorf("AUC %.2f by %v (%v)", d.AUC, d.KeyedOn, err)
			} else {
				t.Logf("AUC %.2f, with contacts %.2f; %q", d.AUC, d.Contacts.AUC, planted[0].Cells)
			}
		})
	}
}

func (l land) checkRow(t *testing.T, tab testTable, c Canary) {
	t.Helper()
	for _, r := range c.Cells[1] {
		if unicode.IsLetter(r) && !unicode.In(r, l.scripts...) {
			t.Errorf("name %q is of another script", c.Cells[1])
		}
	}
	place := false
	for _, r := range tab.rows {
		place = place || r[4] == c.Cells[4] && r[5] == c.Cells[5] && r[6][:2] == c.Cells[6][:2]
	}
	if !place {
		t.Errorf("%s does not lie in %s, or has no postcode like %s", c.Cells[4], c.Cells[5], c.Cells[6])
	}
	if e164, ok := identity.Canonical(identity.Phone, c.Cells[3], tab.locale); !ok || shape(c.Cells[3]) != shape(tab.rows[0][3]) {
		t.Errorf("phone %q (%s) is not written like %q", c.Cells[3], e164, tab.rows[0][3])
	}
}

func (l land) checkWithoutPool(t *testing.T, tab testTable, p *Profile) {
	t.Helper()
	cs, err := p.Mint(secret("none"), 20, Contacts{Domains: []string{"box.example"}})
	var exhausted *ExhaustedError
	switch {
	case l.reserved && err != nil, !l.reserved && !errors.As(err, &exhausted):
		t.Errorf("without numbers: %v", err)
	case !l.reserved:
		return
	}
	for _, u := range Uses(cs) {
		if u.Column == 3 && u.Origin != Reserved {
			t.Errorf("%d numbers are %s", u.Canaries, u.Origin)
		}
	}
}

// mailOf is an address as people make it of a name.
func mailOf(given, family string, rng *rand.Rand) string {
	g, f := fold(given), fold(family)
	if g == "" {
		g = initialsOf(given)
	}
	return strings.Trim([]string{g + "." + f, g + f, f + "." + g}[rng.IntN(3)], ".") + fmt.Sprintf("%02d@example.org", 10+rng.IntN(90))
}
