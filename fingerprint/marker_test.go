package fingerprint

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"telltale/internal/identity"
	"telltale/internal/key"
)

func timeAt(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }

// testSecret is a fixed secret, different for every name.
func testSecret(name string) key.Secret { return key.Secret{1, 2, 3}.Derive("test/" + name) }

var testScheme = Scheme{
	Version: SchemeVersion, Coalition: 4, Density: 1,
	Columns: []Column{
		{Name: "id", Kind: identity.Integer, Key: true, Sorted: true},
		{Name: "amount", Kind: identity.Number, Carrier: "number:0.01"},
		{Name: "when", Kind: identity.Time, Carrier: "time:s", Sorted: true},
		{Name: "address", Kind: identity.Address, Carrier: "text"},
		{Name: "reading", Kind: identity.Number, Carrier: "number:1", Sorted: true},
	},
}

// testRows makes a table for testScheme, ascending in when and reading.
func testRows(n int, seed uint64) [][]string {
	r := rand.New(rand.NewPCG(seed, 1))
	at, reading := int64(1_600_000_000), 1000
	streets := []string{"Taylor St", "Binney Street", "Moor Place", "EXETER RD", "Lind Ave", "park road"}
	rows := make([][]string, n)
	for i := range rows {
		at += int64(r.IntN(4))
		reading += r.IntN(5)
		rows[i] = []string{
			strconv.Itoa(i + 1),
			fmt.Sprintf("%.2f", 10+r.Float64()*5000),
			timeAt(at).Format("2006-01-02 15:04:05"),
			fmt.Sprintf("%d %s", 1+r.IntN(99), streets[r.IntN(len(streets))]),
			strconv.Itoa(reading),
		}
	}
	return rows
}

func newMarker(t testing.TB, s Scheme, name string) *Marker {
	m, err := New(s, "orders", testSecret(name))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func around(rows [][]string, i int) (prev, next []string) {
	if i > 0 {
		prev = rows[i-1]
	}
	if i+1 < len(rows) {
		next = rows[i+1]
	}
	return prev, next
}

// embed makes a recipient's copy.
func embed(t testing.TB, m *Marker, rows [][]string, w Word, density float64) (copied [][]string, marks [][]Mark) {
	for i, row := range rows {
		k, err := m.RowKey(row)
		if err != nil {
			t.Fatal(err)
		}
		prev, next := around(rows, i)
		plan := m.Plan(nil, k, prev, row, next, Threshold(density))
		out := slices.Clone(row)
		for _, mk := range plan {
			if mk.Wants(w) {
				out[mk.Site.Column] = mk.Alt
			}
		}
		copied, marks = append(copied, out), append(marks, plan)
	}
	return copied, marks
}

// reformat changes what a mark must survive.
func reformat(row []string) []string {
	at, _ := time.Parse("2006-01-02 15:04:05", row[2])
	amount := strings.TrimSuffix(strings.TrimRight(row[1], "0"), ".")
	return []string{" " + row[0], amount, at.Format("2006年1月2日 15时04分05秒"), strings.ToUpper(strings.ReplaceAll(row[3], " ", "  ")), widenAll(row[4])}
}

func TestEveryCopyReadsBack(t *testing.T) {
	m := newMarker(t, testScheme, "readback")
	rows := testRows(300, 1)
	read := 0
	for r := range 50 {
		w := m.Word(fmt.Sprintf("recipient %d", r))
		copied, marks := embed(t, m, rows, w, 1)
		for i, row := range copied {
			leaked := reformat(row)
			k, err := m.RowKey(leaked)
			if err != nil {
				t.Fatal(err)
			}
			for _, mk := range marks[i] {
				s, symbol, ok := m.Read(k, mk.Site.Column, leaked[mk.Site.Column])
				if !ok || s != mk.Site || symbol != w.Bit(s) {
					t.Fatalf("recipient %d row %d column %d: read %d, %v from %q, want %d", r, i, mk.Site.Column, symbol, ok, leaked[mk.Site.Column], w.Bit(mk.Site))
				}
				read++
			}
		}
	}
	if want := 50 * 300 * 2; read < want {
		t.Errorf("read %d marks, want at least %d", read, want)
	}
	t.Logf("%d marks read back", read)
}

// TestUnmarkedCopyIsNoise: symbols of the original are independent of any
// word. Symbols equal to a word's bits are counted per bias; a chi-square over
// the two biases (4 degrees of freedom: symbol x bit, margins known) is compared with the 1-1e-6
// quantile, so an honest program fails with probability 1e-6 per seed.
func TestUnmarkedCopyIsNoise(t *testing.T) {
	const seed = 7
	m := newMarker(t, testScheme, "noise")
	rows := testRows(3000, seed)
	w := m.Word("somebody")
	type cell struct {
		bias        uint32
		symbol, bit uint8
	}
	count := map[cell]float64{}
	total := map[[2]uint32]float64{}
	for _, row := range rows {
		k, _ := m.RowKey(row)
		for c := range testScheme.Columns {
			if s, symbol, ok := m.Read(k, c, row[c]); ok {
				count[cell{s.Bias, symbol, w.Bit(s)}]++
				total[[2]uint32{s.Bias, uint32(symbol)}]++
			}
		}
	}
	x2 := 0.0
	for key, n := range total {
		p := float64(key[0]) / (1 << 32)
		one := count[cell{key[0], uint8(key[1]), 1}]
		x2 += (one - n*p) * (one - n*p) / (n * p * (1 - p))
	}
	t.Logf("seed %d: chi-square %.2f with %d degrees of freedom", seed, x2, len(total))
	if len(total) != 4 || x2 > 33.4 { // chi-square quantile, 4 degrees, 1-1e-6
		t.Errorf("chi-square %.2f over %d groups, want below 33.4 over 4", x2, len(total))
	}
	half := 0.0
	n := 0.0
	for key, c := range total {
		n += c
		half += c * float64(key[1])
	}
	if z := (half - n/2) / math.Sqrt(n/4); math.Abs(z) > 4.9 { // 1e-6, two-sided
		t.Errorf("share of ones is %.1f standard errors from a half", z)
	}
}

// TestMeanDoesNotDrift fails by chance with probability 1e-6: the mean change
// of a cell is compared with 4.9 of its standard errors.
func TestMeanDoesNotDrift(t *testing.T) {
	const seed = 3
	m := newMarker(t, testScheme, "mean")
	rows := testRows(5000, seed)
	copied, _ := embed(t, m, rows, m.Word("acme"), 1)
	sum, squares, changed := 0.0, 0.0, 0
	for i := range rows {
		a, _ := strconv.ParseFloat(rows[i][1], 64)
		b, _ := strconv.ParseFloat(copied[i][1], 64)
		d := math.Round((b - a) * 100)
		if sum, squares = sum+d, squares+d*d; d != 0 {
			changed++
		}
	}
	se := math.Sqrt(squares)
	t.Logf("seed %d: %d of %d cells changed, sum of changes %.0f cents, standard error %.0f", seed, changed, len(rows), sum, se)
	if math.Abs(sum) > 4.9*se || changed < 2000 || changed > 3000 {
		t.Errorf("sum of changes %.0f, want within %.0f; changed %d, want about 2500", sum, 4.9*se, changed)
	}
}

func TestAnyMixStaysSorted(t *testing.T) {
	const seed = 5
	m := newMarker(t, testScheme, "sorted")
	for _, descending := range []bool{false, true} {
		rows := testRows(2000, seed)
		if descending {
			slices.Reverse(rows)
		}
		var copies [][][]string
		for r := range 4 {
			c, _ := embed(t, m, rows, m.Word(strconv.Itoa(r)), 1)
			copies = append(copies, c)
		}
		r := rand.New(rand.NewPCG(seed, 2))
		moved := [2]int{}
		for i := 1; i < len(rows); i++ {
			a, b := copies[r.IntN(4)][i-1], copies[r.IntN(4)][i]
			if descending {
				a, b = b, a
			}
			x, _ := strconv.Atoi(a[4])
			y, _ := strconv.Atoi(b[4])
			if a[2] > b[2] || x > y {
				t.Fatalf("row %d: %s, %s before %s, %s", i, a[2], a[4], b[2], b[4])
			}
			for n, c := range []int{2, 4} {
				if copies[0][i][c] != rows[i][c] {
					moved[n]++
				}
			}
		}
		t.Logf("descending %v: moved %v of %d", descending, moved, len(rows))
		if moved[0] < 100 || moved[1] < 100 {
			t.Errorf("moved %v cells of the sorted columns, want at least 100 each", moved)
		}
	}
}

func TestBoundsHold(t *testing.T) {
	s := Scheme{Version: 1, Density: 1, Columns: []Column{
		{Name: "id", Kind: identity.Integer, Key: true},
		{Name: "age", Kind: identity.Integer, Carrier: "number", Min: "17", Max: "18"},
	}}
	m := newMarker(t, s, "bounds")
	for i := range 200 {
		row := []string{strconv.Itoa(i), strconv.Itoa(17 + i%2)}
		k, _ := m.RowKey(row)
		plan := m.Plan(nil, k, nil, row, nil, Threshold(1))
		if len(plan) != 1 || plan[0].Alt != strconv.Itoa(18-i%2) {
			t.Fatalf("row %v: plan %v", row, plan)
		}
	}
}

func TestDensityAndWordBits(t *testing.T) {
	m := newMarker(t, testScheme, "density")
	w, v := m.Word("a"), m.Word("b")
	n, marked, ones, differ := 20000, 0, 0.0, 0
	want := 0.0
	for i := range n {
		k, _ := m.RowKey([]string{strconv.Itoa(i)})
		s := m.Site(k, 1)
		if s.U < Threshold(0.1) {
			marked++
		}
		ones += float64(w.Bit(s))
		want += float64(s.Bias) / (1 << 32)
		if w.Bit(s) != v.Bit(s) {
			differ++
		}
	}
	if d := math.Abs(float64(marked) - 0.1*float64(n)); d > 4.9*math.Sqrt(0.09*float64(n)) {
		t.Errorf("marked %d of %d sites at density 0.1", marked, n)
	}
	if d := math.Abs(ones - want); d > 4.9*math.Sqrt(float64(n))/2 {
		t.Errorf("%v ones, want about %v", ones, want)
	}
	if p := float64(differ) / float64(n); p < 0.3 || p > 0.37 { // 2p(1-p) = 1/3
		t.Errorf("two words differ at %.3f of the sites, want about 0.333", p)
	}
}

func TestRowKeyIgnoresFormatAndParts(t *testing.T) {
	s := Scheme{Version: 1, Columns: []Column{{Name: "a", Kind: identity.Text, Key: true}, {Name: "b", Kind: identity.Text, Key: true}}}
	m := newMarker(t, s, "rowkey")
	get := func(cells ...string) RowKey {
		k, err := m.RowKey(cells)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	if get("ab", "c") == get("a", "bc") {
		t.Error("(ab, c) and (a, bc) have the same key")
	}
	if get("ab", "c") != get(" ab ", "c") || get("ab", "c") != get("ａｂ", "c") {
		t.Error("the key changes with blanks or width")
	}
	if f := m.Fork(); get("ab", "c") != must(f.RowKey([]string{"ab", "c"})) {
		t.Error("a fork derives another key")
	}
	for _, cells := range [][]string{{"", "c"}, {"a", "  "}, {"a"}} {
		var e *KeyError
		if _, err := m.RowKey(cells); !errors.As(err, &e) || e.Column == "" {
			t.Errorf("RowKey(%q): %v, want a KeyError", cells, err)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestWithholdingIsNested(t *testing.T) {
	w := NewWithholding("orders", "acme", testSecret("withhold"))
	n := [3]int{}
	for i := range 20000 {
		k := RowKey{byte(i), byte(i >> 8)}
		low, high := w.Withheld(k, 0.01), w.Withheld(k, 0.1)
		if low && !high {
			t.Fatal("a row withheld at 1% is not at 10%")
		}
		if low {
			n[0]++
		}
		if high {
			n[1]++
		}
		if w.Withheld(k, 0) || !w.Withheld(k, 1) || w.Withheld(k, math.NaN()) {
			t.Fatal("rate 0 withholds or rate 1 does not")
		}
	}
	if n[0] < 130 || n[0] > 270 || n[1] < 1790 || n[1] > 2210 {
		t.Errorf("withheld %d and %d of 20000, want about 200 and 2000", n[0], n[1])
	}
}

func TestPolicyErrorsNameTheColumn(t *testing.T) {
	good := Column{Name: "id", Key: true}
	for name, s := range map[string]Scheme{
		"":       {Version: 1, Columns: []Column{{Name: "x"}}},
		"key":    {Version: 1, Columns: []Column{{Name: "key", Key: true, Carrier: "number"}}},
		"person": {Version: 1, Columns: []Column{good, {Name: "person", Identity: true, Carrier: "text"}}},
		"odd":    {Version: 1, Columns: []Column{good, {Name: "odd", Carrier: "nmber"}}},
		"step":   {Version: 1, Columns: []Column{good, {Name: "step", Carrier: "number:0"}}},
		"kind":   {Version: 1, Columns: []Column{good, {Name: "kind", Kind: "colour"}}},
		"id":     {Version: 1, Columns: []Column{good, good}},
		"min":    {Version: 1, Columns: []Column{good, {Name: "min", Carrier: "number", Min: "low"}}},
		"order":  {Version: 1, Columns: []Column{good, {Name: "order", Carrier: "number", Min: "5", Max: "4"}}},
		"text":   {Version: 1, Columns: []Column{good, {Name: "text", Carrier: "text", Max: "4"}}},
	} {
		var e *PolicyError
		if err := s.Validate(); !errors.As(err, &e) || e.Column != name || e.Remedy == "" {
			t.Errorf("%q: got %v", name, err)
		}
	}
}

func TestSchemeJSON(t *testing.T) {
	text := must(json.Marshal(testScheme))
	var s Scheme
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	if again := must(json.Marshal(s)); string(again) != string(text) {
		t.Errorf("%s became %s", text, again)
	}
	for _, bad := range []string{`{"version":1,"colour":2}`, `{"version":1,"columns":[{"name":"a","colour":1}]}`} {
		if err := json.Unmarshal([]byte(bad), &s); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}

// BenchmarkPlan plans rows with four carriers, two of them sorted, at density
// 0.1. cpu-ns/op is the time of the process, whatever else the machine does.
func BenchmarkPlan(b *testing.B) {
	m := newMarker(b, testScheme, "bench")
	rows := testRows(10000, 1)
	keys := make([]RowKey, len(rows))
	for i := range rows {
		keys[i], _ = m.RowKey(rows[i])
	}
	th := Threshold(0.1)
	var plan []Mark
	b.ReportAllocs()
	i := 1
	from := cpuTime()
	for b.Loop() {
		plan = m.Plan(plan[:0], keys[i], rows[i-1], rows[i], rows[i+1], th)
		if i++; i == len(rows)-1 {
			i = 1
		}
	}
	b.ReportMetric(float64(cpuTime()-from)/float64(b.N), "cpu-ns/op")
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkRowKey(b *testing.B) {
	m := newMarker(b, testScheme, "bench")
	rows := testRows(1000, 1)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		m.RowKey(rows[i%len(rows)])
		i++
	}
}
