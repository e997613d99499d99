package fingerprint

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"telltale/internal/material"
)

// checkLaws holds the laws of Carrier for one value and the ranks around it.
func checkLaws(t rapid.TB, c Carrier, v string) (ok bool) {
	class, rank, ok := c.Class(v)
	if !ok {
		return false
	}
	if r, ok := rankerOf(c).Rank(v); !ok || r != rank {
		t.Fatalf("%s: Rank(%q) = %d, %v, but Class has rank %d", c.Name(), v, r, ok, rank)
	}
	if w, ok := c.Render(v, rank); !ok || w != v {
		t.Fatalf("%s: Render(%q, own rank) = %q, %v", c.Name(), v, w, ok)
	}
	for _, by := range []int64{-3, -2, -1, 1, 2, 3, 10, 1000} {
		w, ok := c.Render(v, rank+by)
		if !ok {
			continue
		}
		again, r, ok := c.Class(w)
		if !ok || again != class || r != rank+by {
			t.Fatalf("%s: Class(Render(%q, %d) = %q) = %q, %d, %v, want %q", c.Name(), v, rank+by, w, again, r, ok, class)
		}
	}
	return true
}

// checkSame holds that two spellings of a value have the same class and rank.
func checkSame(t rapid.TB, c Carrier, v, w string) {
	class, rank, ok := c.Class(v)
	again, r, ok2 := c.Class(w)
	if ok != ok2 || class != again || rank != r {
		t.Fatalf("%s: %q is %q, %d, %v but %q is %q, %d, %v", c.Name(), v, class, rank, ok, w, again, r, ok2)
	}
}

func carrierOf(t rapid.TB, spec, locale string) Carrier {
	c, err := ParseCarrier(spec, locale)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return c
}

var plainDecimalForm = regexp.MustCompile(`^[0-9]+\.[0-9]+$`)

// reformats are the changes that a value must survive.
func reformats(v string) []string {
	list := []string{" " + v, v + "  ", strings.ToUpper(v), strings.ToLower(v), strings.ReplaceAll(v, " ", "  "), widenAll(v)}
	if plainDecimalForm.MatchString(v) {
		list = append(list, v+"0", "$"+v)
	}
	return list
}

func widenAll(v string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r <= '~' && (unicode.IsDigit(r) || unicode.IsLetter(r)) {
			return r - '!' + '！'
		}
		return r
	}, v)
}

func TestNumberLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := "number:" + rapid.SampledFrom([]string{"0.01", "0.1", "1", "5", "10", "0.05", "0.001", "1000"}).Draw(t, "step") +
			rapid.SampledFrom([]string{"", ":short", ":short1", ":comma", ":comma:short"}).Draw(t, "habit")
		scale := rapid.IntRange(0, 4).Draw(t, "scale")
		coef := rapid.Int64Range(0, 1_000_000_000).Draw(t, "coef")
		v := decimal(coef, scale)
		if strings.HasSuffix(spec, "comma") || strings.Contains(spec, "comma:") {
			v = strings.ReplaceAll(v, ".", ",")
		}
		v = rapid.SampledFrom([]string{"", "-", "$", "-£", "EUR "}).Draw(t, "front") + v + rapid.SampledFrom([]string{"", "%", " kg", " €"}).Draw(t, "back")
		c := carrierOf(t, spec, "")
		checkLaws(t, c, v)
		checkSame(t, c, v, widenAll(v))
		checkSame(t, c, v, "  "+v+" ")
		if scale > 0 && scale != 3 {
			front, digits, back := cutDigits(v)
			checkSame(t, c, v, front+digits+"00"+back)
			checkSame(t, c, v, front+groupThousands(digits)+back)
		}
	})
}

func cutDigits(v string) (front, digits, back string) {
	n, _ := locate(v)
	return v[:n.start], v[n.start:n.end], v[n.end:]
}

// groupThousands puts thousands separators into a decimal, other than its
// decimal sign.
func groupThousands(v string) string {
	at := strings.IndexAny(v, ".,")
	sep := ","
	if v[at] == ',' {
		sep = "."
	}
	out := v[at:]
	whole := v[:at]
	for len(whole) > 3 {
		out = sep + whole[len(whole)-3:] + out
		whole = whole[:len(whole)-3]
	}
	return whole + out
}

func TestTimeLaws(t *testing.T) {
	layouts := []string{
		"2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02T15:04:05Z", "20060102150405", "20060102T150405",
		"02/01/2006 15:04:05", "2/1/2006 3:04:05 PM", "2006/1/2 15:04:05", "2006年1月2日 15时04分05秒", "Mon, 02 Jan 2006 15:04:05",
		"2 January 2006 15:04:05", "Jan 2, 2006 3:04:05PM", "02-Jan-2006 15:04:05.000",
	}
	rapid.Check(t, func(t *rapid.T) {
		at := timeAt(rapid.Int64Range(-2_000_000_000, 4_000_000_000).Draw(t, "at"))
		c := carrierOf(t, "time:"+rapid.SampledFrom([]string{"s", "m", "h", "d"}).Draw(t, "unit"), "en-GB")
		first := at.Format(layouts[0])
		for _, l := range layouts {
			v := at.Format(l)
			if !checkLaws(t, c, v) {
				t.Fatalf("%s: %q carries nothing", c.Name(), v)
			}
			checkSame(t, c, first, v)
			checkSame(t, c, v, " "+widenAll(v)+" ")
		}
	})
}

func TestTextLaws(t *testing.T) {
	words := strings.Fields("14 Taylor St Street Road Rd. Mr Dr Doctor , # 5 Suite Ste Apt North N Saint Albans and & Co Company Inc Ltd. First 1st Floor Park March Mar " +
		"( ) - Elliott O'Neil ST ROAD limited 3号楼 三栋 2单元 302室 广东省 广州市 天河区 北京 朝阳区 路 路口 12-3号 省 市 . É ß İ")
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom(words), 1, 8).Draw(t, "words")
		v := strings.Join(parts, rapid.SampledFrom([]string{" ", " ", ""}).Draw(t, "joint"))
		c := textCarrier{}
		if checkLaws(t, c, v) {
			checkSame(t, c, v, " "+v+"  ")
			checkSame(t, c, v, strings.ReplaceAll(v, " ", "  "))
		}
	})
}

// column returns a column of a table of the test material.
func column(t testing.TB, folder, file string, index int, header bool) []string {
	t.Helper()
	f, err := os.Open(filepath.Join(material.Dir(t, folder), file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord, r.LazyQuotes, r.TrimLeadingSpace = -1, true, true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if header {
		rows = rows[1:]
	}
	var cells []string
	for _, row := range rows {
		if index < len(row) {
			cells = append(cells, row[index])
		}
	}
	return cells
}

func TestRealColumnsKeepTheLaws(t *testing.T) {
	for _, c := range []struct {
		folder, file string
		index        int
		spec         string
		least        float64 // share of the cells that can be moved
	}{
		{"febrl", "dataset1.csv", 4, "text", 0.75},
		{"febrl", "dataset1.csv", 5, "text", 0},
		{"febrl", "dataset1.csv", 9, "time:d", 0.5},
		{"uk500_family", "underq.csv", 2, "text", 0.35},
		{"uk500_family", "underq.csv", 3, "text", 0.7},
		{"uk500_family", "underq.csv", 4, "text", 0},
		{"fingerprint_lit", "adult-train.csv", 0, "number:1", 0.98},
		{"fingerprint_lit", "adult-train.csv", 2, "number:1", 0.98},
		{"fingerprint_lit", "adult-train.csv", 12, "number:1", 0.98},
		{"cn_areas_chain", "cities.csv", 1, "text", 0},
		{"cn_areas_chain", "areas_v08_2023-09-13.csv", 1, "text", 0},
	} {
		cells := column(t, c.folder, c.file, c.index, true)
		carrier := carrierOf(t, c.spec, "")
		movable := 0
		for _, v := range cells {
			class, rank, ok := carrier.Class(v)
			if !ok {
				continue
			}
			checkLaws(t, carrier, v)
			for _, w := range reformats(v) {
				checkSame(t, carrier, v, w)
			}
			_, up := carrier.Render(v, rank+1)
			_, down := carrier.Render(v, rank-1)
			if up || down {
				movable++
			} else if c.spec == "text" {
				t.Logf("%s %q: class %q rank %d cannot be moved", c.file, v, class, rank)
			}
		}
		share := float64(movable) / float64(len(cells))
		t.Logf("%s column %d: %s moves %d of %d cells (%.0f%%)", c.file, c.index, c.spec, movable, len(cells), 100*share)
		if share < c.least {
			t.Errorf("%s column %d: %s moves %.2f of the cells, want %.2f", c.file, c.index, c.spec, share, c.least)
		}
	}
}
