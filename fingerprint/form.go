package fingerprint

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

const formName = "form"

// former is a carrier of forms that cleaning undoes. A value in its plain form
// has no class: whoever cleans a column leaves erasures, never wrong symbols. A
// marked cell is therefore always changed, to one of two other forms.
//
// Such marks are fragile. They are weighed beside others, and never alone.
type former interface {
	Carrier
	// Forms gives the forms of rank 0 and 1; original may be in any form.
	Forms(original string) (zero, one string, ok bool)
}

// Fragile reports whether marks under a specification do not survive cleaning:
// they must not be the only evidence.
func Fragile(spec string) bool {
	kind, _, _ := strings.Cut(spec, ":")
	return kind == formName
}

// LeastSturdy is how many reads of marks that survive cleaning there must be for
// fragile ones to be weighed beside them.
const LeastSturdy = 16

// formCarrier marks how a value is written: its class is the plain form, folded.
//
//	space  free text and names: the first blank is a no-break space, or two blanks
//	phone  telephone numbers: the first blank likewise, or the first hyphen is
//	       U+2010, or U+2011
//	web    addresses of the web: a slash is behind the host, or the host begins
//	       with a capital
//	name   Chinese full names: family and given name are parted by an
//	       ideographic space, or a blank
//	person full names in Latin letters, "Maria Lopez", "Maria J. Lopez": the family
//	       name stands first, "Lopez, Maria", or in capitals, "Maria LOPEZ"
//	number Chinese addresses: the digits before the first 号 are full-width, or
//	       it is written 號
//
// All survive what leaves characters alone: another order of rows and columns,
// quoting, encoding and file format. White space that is collapsed, hyphens and
// widths that are folded and case that is lowered, each erase theirs.
type formCarrier struct {
	what  string
	apart func(value string) (plain string, rank int64, marked bool)
	write func(plain string) (zero, one string, ok bool)
}

const (
	noBreak       = "\u00a0"
	ideographic   = "\u3000"
	hyphen        = "\u2010"
	noBreakHyphen = "\u2011"
)

var formKinds = []formCarrier{
	{"space", apartSpace, writeSpace},
	{"phone", apartPhone, writePhone},
	{"web", apartWeb, writeWeb},
	{"name", apartHan, writeHan},
	{"person", apartPerson, writePerson},
	{"number", apartNumber, writeNumber},
}

func parseForm(options []string) (Carrier, error) {
	if len(options) == 1 {
		for _, f := range formKinds {
			if f.what == options[0] {
				return f, nil
			}
		}
	}
	return nil, fmt.Errorf("carrier form: want form:space, form:phone, form:web, form:name, form:person or form:number")
}

func (c formCarrier) Name() string { return formName + ":" + c.what }

func (c formCarrier) Class(value string) (string, int64, bool) {
	plain, rank, marked := c.apart(value)
	if !marked {
		return "", 0, false
	}
	zero, one, ok := c.write(plain)
	if !ok || value != [2]string{zero, one}[rank] {
		return "", 0, false
	}
	return string(fold(nil, plain)), rank, true
}

func (c formCarrier) Forms(original string) (zero, one string, ok bool) {
	plain, _, _ := c.apart(original)
	if zero, one, ok = c.write(plain); !ok {
		return "", "", false
	}
	_, a, ok0 := c.Class(zero)
	_, b, ok1 := c.Class(one)
	return zero, one, ok0 && ok1 && a == 0 && b == 1
}

func (c formCarrier) Render(original string, rank int64) (string, bool) {
	zero, one, ok := c.Forms(original)
	if !ok || rank != 0 && rank != 1 {
		return "", false
	}
	return [2]string{zero, one}[rank], true
}

// swap writes the first occurrence of a sign in two other ways.
func swap(plain, zero, one string) func(string) (string, string, bool) {
	return func(v string) (string, string, bool) {
		at := strings.Index(strings.TrimRight(v, " "), plain)
		if at < 1 || !utf8.ValidString(v) {
			return "", "", false
		}
		front, back := v[:at], v[at+len(plain):]
		return front + zero + back, front + one + back, true
	}
}

// swapped undoes swap.
func swapped(forms [2]string, plain string) func(string) (string, int64, bool) {
	return func(v string) (string, int64, bool) {
		first, rank := -1, int64(0)
		for r, form := range forms {
			if at := strings.Index(v, form); at >= 0 && (first < 0 || at < first) {
				first, rank = at, int64(r)
			}
		}
		if first < 0 {
			return v, 0, false
		}
		return v[:first] + plain + v[first+len(forms[rank]):], rank, true
	}
}

var (
	apartSpace, writeSpace = bothWays(" ", noBreak, "  ")
	apartDash, writeDash   = bothWays("-", hyphen, noBreakHyphen)
)

func bothWays(plain, zero, one string) (func(string) (string, int64, bool), func(string) (string, string, bool)) {
	return swapped([2]string{zero, one}, plain), swap(plain, zero, one)
}

func apartPhone(v string) (string, int64, bool) {
	if plain, rank, ok := apartSpace(v); ok {
		return plain, rank, true
	}
	return apartDash(v)
}

func writePhone(plain string) (string, string, bool) {
	digits := 0
	for _, r := range plain {
		if d, _ := digitValue(r); d >= 0 {
			digits++
		} else if !strings.ContainsRune(" +-()./\u00a0", r) {
			return "", "", false
		}
	}
	if digits < 6 {
		return "", "", false
	}
	if zero, one, ok := writeSpace(plain); ok {
		return zero, one, ok
	}
	return writeDash(plain)
}

// hostOf finds the host of an address of the web, with or without a scheme.
func hostOf(v string) (start, end int, ok bool) {
	if at := strings.Index(v, "://"); at >= 0 {
		start = at + len("://")
	}
	end = len(v)
	if at := strings.IndexAny(v[start:], "/?#"); at >= 0 {
		end = start + at
	}
	host := v[start:end]
	u, err := url.Parse("https://" + host)
	return start, end, err == nil && u.Host == host && strings.Contains(host, ".") && !strings.ContainsAny(host, "@ ")
}

// apartWeb takes back what writeWeb did: a capital at the front of the host, or
// a slash that nothing follows.
func apartWeb(v string) (string, int64, bool) {
	start, end, ok := hostOf(v)
	if !ok {
		return v, 0, false
	}
	capital := v[start] >= 'A' && v[start] <= 'Z' && v[start:end] == strings.ToUpper(v[start:start+1])+strings.ToLower(v[start+1:end])
	slash := v[end:] == "/"
	switch {
	case slash && !capital:
		return v[:end], 0, true
	case capital && !slash:
		return v[:start] + strings.ToLower(v[start:start+1]) + v[start+1:], 1, true
	}
	return v, 0, false
}

func writeWeb(plain string) (zero, one string, ok bool) {
	start, end, ok := hostOf(plain)
	if !ok || end != len(plain) || plain[start] < 'a' || plain[start] > 'z' || plain[start:end] != strings.ToLower(plain[start:end]) {
		return "", "", false
	}
	return plain + "/", plain[:start] + strings.ToUpper(plain[start:start+1]) + plain[start+1:], true
}

// doubleSurnames are Chinese family names of two characters.
var doubleSurnames = []string{"欧阳", "司马", "上官", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "东方", "南宫", "司徒", "端木", "歐陽", "司馬", "諸葛"}

func apartHan(v string) (string, int64, bool) {
	for rank, sign := range []string{ideographic, " "} {
		if family, given, ok := strings.Cut(v, sign); ok && surname(family+given) == family {
			return family + given, int64(rank), true
		}
	}
	return v, 0, false
}

func writeHan(plain string) (zero, one string, ok bool) {
	family := surname(plain)
	if family == "" {
		return "", "", false
	}
	given := plain[len(family):]
	return family + ideographic + given, family + " " + given, true
}

// surname is the family name of a Chinese full name of two to four characters,
// or "".
func surname(name string) string {
	n := utf8.RuneCountInString(name)
	for _, r := range name {
		if r < 0x4e00 || r > 0x9fff {
			return ""
		}
	}
	for _, s := range doubleSurnames {
		if strings.HasPrefix(name, s) && n >= 3 && n <= 4 {
			return s
		}
	}
	if n < 2 || n > 3 {
		return ""
	}
	_, size := utf8.DecodeRuneInString(name)
	return name[:size]
}
