package match

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"telltale/fingerprint"
	"telltale/internal/table"
	"telltale/store"
)

// crowd is an engine whose dataset of rows*4 sites went to n recipients, and a
// reading of a leak that write made of the words of the first c. The words are
// the real, keyed ones.
func crowd(t testing.TB, n, rows, c int, write func(r *rand.Rand, ones int) uint8) (*Engine, *Reading) {
	r := rand.New(rand.NewPCG(83, uint64(c)))
	_, table := people(r, rows)
	w := newWorld(t)
	w.make(issue{dataset: "people", scheme: peopleScheme(), rows: table, recipients: names("r", 1), keep: []string{}})
	e := w.engine(Options{})
	d := e.datasets[0]
	issued := d.exports[0]
	d.exports = make([]store.Export, n)
	for i := range d.exports {
		d.exports[i] = issued
		d.exports[i].ID, d.exports[i].Recipient = fmt.Sprintf("x%06d", i), fmt.Sprintf("r%06d", i)
	}
	l := d.layers[0]
	var sources []fingerprint.Word
	for i := range c {
		sources = append(sources, l.marker.Word(d.exports[i].Recipient))
	}
	reading := newReading(Seen{})
	o := reading.observed(d.name)
	o.Rows = int64(rows)
	var columns []string
	for _, at := range l.carriers {
		columns = append(columns, l.scheme.Columns[at].Name)
	}
	read := o.layer(l.version, columns)
	for _, row := range table {
		k, err := l.marker.RowKey(row)
		w.must(err)
		at, _ := read.row(k, 0)
		for j, column := range l.carriers {
			ones, site := 0, l.marker.Site(k, column)
			for _, word := range sources {
				ones += int(word.Bit(site))
			}
			read.read(at, j, write(r, ones), 1)
		}
	}
	return e, reading
}

// attacks on five copies, from the number of them that hold a one.
var attacks = []struct {
	name  string
	write func(r *rand.Rand, ones int) uint8
}{
	{"interleave", func(r *rand.Rand, ones int) uint8 { return bit(r.IntN(5) < ones) }},
	{"majority", func(_ *rand.Rand, ones int) uint8 { return bit(ones > 2) }},
	{"minority", func(_ *rand.Rand, ones int) uint8 { return bit(ones == 1 || ones == 2 || ones == 5) }},
	{"coin", func(r *rand.Rand, ones int) uint8 { return bit(ones == 5 || ones > 0 && r.IntN(2) == 0) }},
	{"all ones", func(_ *rand.Rand, ones int) uint8 { return bit(ones > 0) }},
	{"interleave, 20 % flips", func(r *rand.Rand, ones int) uint8 { return bit((r.IntN(5) < ones) != (r.IntN(5) == 0)) }},
}

func bit(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

// BenchmarkScore is a whole decision, keyed words included: N recipients x read sites.
func BenchmarkScore(b *testing.B) {
	for _, size := range []struct{ n, rows int }{{1000, 2500}, {100_000, 25_000}} {
		for _, a := range attacks {
			b.Run(fmt.Sprintf("%dx%d/%s", size.n, 4*size.rows, a.name), func(b *testing.B) {
				e, reading := crowd(b, size.n, size.rows, 5, a.write)
				b.ReportAllocs()
				for b.Loop() {
					got, err := e.Decide(background, []*Reading{reading})
					if err != nil {
						b.Fatal(err)
					}
					accused := 0
					for _, s := range got.Suspects {
						accused += int(bit(s.Accused))
					}
					if accused != 5 || got.Candidates != size.n {
						b.Fatalf("%d of %d accused, want 5 of %d", accused, got.Candidates, size.n)
					}
				}
			})
		}
	}
}

// A shortlist says how many more marks would decide, and they do.
func TestMoreMarksDecide(t *testing.T) {
	const seed = 91
	t.Logf("seed %d; the number is an estimate: twice the safe one suffices with near certainty", seed)
	header, rows := people(rand.New(rand.NewPCG(seed, 1)), 400)
	w := newWorld(t)
	copies := w.make(issue{dataset: "people", scheme: peopleScheme(), rows: rows, recipients: names("r", 12), keep: names("r", 4)})
	e := w.engine(Options{})
	leak := copies["r0003"]
	got := w.match(e, csvOf(',', header, leak[:6]), table.Options{})
	first := got.Suspects[0]
	if got.Verdict != Shortlist || first.Recipient != "r0003" || first.MoreMarks == nil {
		t.Fatalf("six rows: %s, %+v; want a shortlist with the number of missing marks", got.brief(), first)
	}
	more := first.MoreMarks
	if more.Likely < 5 || more.Likely > 60 || more.Safe < more.Likely {
		t.Errorf("%d marks read, %d more likely and %d surely decide; want 5..60 in this order", got.MarksRead, more.Likely, more.Safe)
	}
	if !slices.ContainsFunc(got.Warnings, func(s string) bool { return strings.Contains(s, fmt.Sprintf("about %d more marks", more.Likely)) }) {
		t.Errorf("warnings %q do not say how many more marks decide", got.Warnings)
	}
	perRow := float64(got.MarksRead) / 6
	after := w.match(e, csvOf(',', header, leak[:6+int(2*float64(more.Safe)/perRow)+1]), table.Options{})
	if !after.Suspects[0].Accused || after.Suspects[0].MoreMarks != nil {
		t.Errorf("twice the safe number more: %s %+v", after.brief(), after.Suspects[0])
	}
}
