package fingerprint

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"telltale/internal/key"
)

// clean is what importers do to white space, hyphens, case and slashes.
var clean = strings.NewReplacer(noBreak, " ", "  ", " ", hyphen, "-", noBreakHyphen, "-")

// checkForm holds the laws of a form carrier: a plain value says nothing, its
// two forms say 0 and 1, and a cleaned form is the plain value again.
func checkForm(t rapid.TB, spec, plain string, cleaned func(string) string) bool {
	c := carrierOf(t, spec, "").(former)
	zero, one, ok := c.Forms(plain)
	if !ok {
		return false
	}
	if _, _, marked := c.Class(plain); marked {
		t.Fatalf("%s: the plain %q reads as a mark", spec, plain)
	}
	for want, form := range []string{zero, one} {
		class, rank, ok := c.Class(form)
		if again, _, _ := c.Class(zero); !ok || rank != int64(want) || class != again || form == plain {
			t.Fatalf("%s: form %d of %q is %q, read as %q, %d, %v", spec, want, plain, form, class, rank, ok)
		}
		checkLaws(t, c, form)
		if _, _, marked := c.Class(cleaned(form)); marked {
			t.Fatalf("%s: %q cleaned to %q still reads as a mark", spec, form, cleaned(form))
		}
	}
	return true
}

func undo(sign string) func(string) string {
	return func(v string) string { return strings.TrimSuffix(strings.ToLower(clean.Replace(v)), sign) }
}

// personsInOrder puts names into their plain form, as an importer does that parts
// them and puts them together.
func personsInOrder(v string) string {
	if family, given, ok := strings.Cut(v, ", "); ok {
		v = given + " " + family
	}
	words := strings.Fields(v)
	for i, w := range words {
		words[i] = capitalised(w)
	}
	return strings.Join(words, " ")
}

func TestFormLaws(t *testing.T) {
	words := strings.Fields("Anna O'Neil called at 9-10 about Zoë's bill . , é 北京 12")
	rapid.Check(t, func(t *rapid.T) {
		v := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 1, 6).Draw(t, "words"), " ")
		if ok := checkForm(t, "form:space", v, clean.Replace); ok != strings.Contains(v, " ") {
			t.Fatalf("%q carries: %v", v, ok)
		}
	})
	for _, c := range []struct {
		spec    string
		carry   string
		cleaned func(string) string
	}{
		{"form:phone", "07700 900123|+44 7700 900123|(020) 7946 0958|020-7946-0958|138 0013 8000", clean.Replace},
		{"form:web", "example.com|https://www.example.com|http://letterbox.example", undo("/")},
		{"form:name", "张伟|欧阳娜娜|李小明|歐陽修", func(v string) string { return strings.Join(strings.Fields(v), "") }},
		{"form:person", "Maria Lopez|Maria J. Lopez|Zoë Quincy Ångström|Jo A Lee", personsInOrder},
		{"form:number", "中山路12号|北京市海淀区中关村大街1号院3号楼|3号", strings.NewReplacer("號", "号", "０", "0", "１", "1", "２", "2", "３", "3").Replace},
	} {
		for _, v := range strings.Split(c.carry, "|") {
			if !checkForm(t, c.spec, v, c.cleaned) {
				t.Errorf("%s: %q carries nothing", c.spec, v)
			}
		}
	}
	for spec, none := range map[string]string{"form:phone": "07700900123|ext 12 34 56|12 34", "form:web": "https://example.com/a/b|not a host|a@b.com",
		"form:name": "John|王|司马光明正大|张 伟 明", "form:person": "Maria|maria lopez|MARIA LOPEZ|Maria de la Cruz|Maria McDonald|J Lopez|Maria Li|Lopez, Maria J. K.|Maria  Lopez|张 伟伟伟",
		"form:number": "中山路|号|中山路十二号|１２號|路号12", "form:space": "word| word|word |"} {
		for _, v := range strings.Split(none, "|") {
			if _, _, ok := carrierOf(t, spec, "").(former).Forms(v); ok {
				t.Errorf("%s: %q carries, and should not", spec, v)
			}
		}
	}
}

// The form carriers keep their laws over whole real columns.
func TestFormsOfRealColumns(t *testing.T) {
	for _, c := range []struct {
		file  string
		index int
		spec  string
		least float64
	}{
		{"univocity.csv", 2, "form:space", 0.9},
		{"univocity.csv", 3, "form:space", 0.9},
		{"univocity.csv", 7, "form:phone", 0.9},
		{"univocity.csv", 8, "form:phone", 0.9},
		{"univocity.csv", 10, "form:web", 0.9},
	} {
		cells := column(t, "uk500_family", c.file, c.index, true)
		carried := 0
		for _, v := range cells {
			if checkForm(t, c.spec, v, undo("/")) {
				carried++
			}
		}
		if share := float64(carried) / float64(len(cells)); share < c.least {
			t.Errorf("%s column %d: %s carries in %.2f of the cells (%q), want %.2f", c.file, c.index, c.spec, share, cells[0], c.least)
		}
	}
}

// A copy reads back its own word; a cleaned one reads as nothing.
func TestFormMarksAreErasedNotFlipped(t *testing.T) {
	s := Scheme{Version: SchemeVersion, Density: 1, Columns: []Column{{Name: "id", Key: true}, {Name: "note", Carrier: "form:space"}}}
	m, err := New(s, "d", key.Secret{1})
	if err != nil {
		t.Fatal(err)
	}
	word, differ := m.Word("acme"), 0
	for i := range 200 {
		row := []string{strings.Repeat("x", i+1), "paid in full"}
		k, err := m.RowKey(row)
		if err != nil {
			t.Fatal(err)
		}
		marks := m.Plan(nil, k, nil, row, nil, Threshold(1))
		if len(marks) != 1 {
			t.Fatalf("%d marks, want 1", len(marks))
		}
		cell, changed := marks[0].Cell(word)
		site, symbol, ok := m.Read(k, 1, cell)
		if !ok || !changed || symbol != word.Bit(site) {
			t.Fatalf("row %d: %q reads as %d, %v, want %d", i, cell, symbol, ok, word.Bit(site))
		}
		if symbol == 1 {
			differ++
		}
		if _, _, ok := m.Read(k, 1, clean.Replace(cell)); ok {
			t.Fatalf("row %d: the cleaned cell reads as a mark", i)
		}
	}
	if differ == 0 || differ == 200 {
		t.Errorf("%d of 200 symbols are ones", differ)
	}
}
