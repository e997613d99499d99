package fingerprint

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"telltale/internal/identity"
)

func TestSuggestOnMadeColumns(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 1))
	make := func(f func(i int) string) []string {
		var s []string
		for i := range 400 {
			s = append(s, f(i))
		}
		return s
	}
	for _, c := range []struct {
		name   string
		kind   identity.Kind
		header string
		sample []string
		want   string
	}{
		{"amounts", identity.Number, "amount", make(func(int) string { return fmt.Sprintf("%.2f", 1+r.Float64()*900) }), "number:0.01"},
		{"shortest decimals", identity.Number, "weight", make(func(int) string { return fmt.Sprint(float64(r.IntN(90000)) / 100) }), "number:0.01:short"},
		{"decimal commas", identity.Number, "Betrag", make(func(int) string { return fmt.Sprintf("%d,%02d", r.IntN(900)+1, r.IntN(100)) }), "number:0.01:comma"},
		{"prices", identity.Number, "price", make(func(int) string { return fmt.Sprintf("%d.99", 1+r.IntN(900)) }), "natural:0.01"},
		{"ages", identity.Integer, "age", make(func(int) string { return fmt.Sprint(18 + r.IntN(60)) }), "number:1"},
		{"round sums", identity.Integer, "pledge", make(func(i int) string { return fmt.Sprint(50*(3+r.IntN(400)) + i%7/6) }), "natural:1"},
		{"latitudes", identity.Number, "lat", make(func(int) string { return fmt.Sprintf("%.6f", 45+r.Float64()) }), "coordinate:5"},
		{"salaries", identity.Integer, "salary", make(func(int) string { return fmt.Sprint(1000 * (10 + r.IntN(90))) }), "number:1000"},
		{"ratings", identity.Integer, "stars", make(func(int) string { return fmt.Sprint(1 + r.IntN(5)) }), "none"},
		{"years", identity.Integer, "built", make(func(int) string { return fmt.Sprint(1900 + r.IntN(120)) }), "none"},
		{"ids", identity.Integer, "order id", make(func(i int) string { return fmt.Sprint(1000 + i) }), "none"},
		{"mostly zero", identity.Integer, "gain", make(func(i int) string { return fmt.Sprint(i / 390 * r.IntN(9000)) }), "none"},
		{"dates", identity.Date, "born", make(func(i int) string { return timeAt(int64(i) * 86400 * 37).Format("2006-01-02") }), "time:d"},
		{"days first", identity.Date, "born", make(func(i int) string { return timeAt(int64(i) * 86400 * 37).Format("02/01/2006") }), "time:d:dmy"},
		{"months first", identity.Date, "born", make(func(i int) string { return timeAt(int64(i) * 86400 * 37).Format("01/02/2006") }), "time:d:mdy"},
		{"midnights", identity.Time, "at", make(func(i int) string { return timeAt(int64(i) * 86400 * 3).Format("2006-01-02 15:04:05") }), "time:d"},
		{"minutes", identity.Time, "at", make(func(i int) string { return timeAt(int64(i) * 660).Format("2006-01-02 15:04:05") }), "time:m"},
		{"seconds", identity.Time, "at", make(func(i int) string { return timeAt(int64(i) * 6607).Format("2006-01-02T15:04:05Z") }), "time:s"},
		{"firsts of months", identity.Date, "due", make(func(i int) string { return fmt.Sprintf("20%02d-%02d-01", i%90+10, i%12+1) }), "none"},
		{"streets", identity.Address, "address", make(func(i int) string { return fmt.Sprintf("%d High Street", i) }), "text"},
		{"names", identity.Name, "name", make(func(i int) string { return fmt.Sprintf("Mr Smith %d", i) }), "none"},
		{"postcodes", identity.Postcode, "zip", make(func(i int) string { return fmt.Sprint(10000 + i*7) }), "none"},
		{"empty", identity.Number, "x", nil, "none"},
	} {
		if got := SuggestCarrier(c.kind, c.header, c.sample, ""); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestSuggestOnRealColumns(t *testing.T) {
	for _, c := range []struct {
		folder, file string
		index        int
		kind         identity.Kind
		header, want string
	}{
		{"febrl", "dataset1.csv", 4, identity.Address, "address_1", "text"},
		{"febrl", "dataset1.csv", 9, identity.Date, "date_of_birth", "time:d"},
		{"uk500_family", "underq.csv", 2, identity.Organisation, "companyName", "text"},
		{"uk500_family", "underq.csv", 3, identity.Address, "address", "text"},
		{"fingerprint_lit", "adult-train.csv", 0, identity.Integer, "age", "number:1"},
		{"fingerprint_lit", "adult-train.csv", 2, identity.Integer, "fnlwgt", "number:1"},
		{"fingerprint_lit", "adult-train.csv", 4, identity.Integer, "education-num", "none"},
		{"fingerprint_lit", "adult-train.csv", 10, identity.Integer, "capital-gain", "none"},
		{"fingerprint_lit", "adult-train.csv", 12, identity.Integer, "hours-per-week", "none"}, // half of the values end in 0,
	} {
		cells := column(t, c.folder, c.file, c.index, true)
		if got := SuggestCarrier(c.kind, c.header, cells, ""); got != c.want {
			t.Errorf("%s %s: got %q, want %q", c.file, c.header, got, c.want)
		}
		if got := SuggestCarrier(c.kind, c.header, cells[:min(len(cells), 1000)], ""); got != c.want {
			t.Errorf("%s %s, 1000 rows: got %q, want %q", c.file, c.header, got, c.want)
		}
	}
}

func TestCapacityCountsWhatCanMove(t *testing.T) {
	got, err := Capacity(testScheme, testRows(500, 2))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{0, 0.99, 0.2, 0.99, 0.2} {
		c := got[i]
		t.Logf("%+v", c)
		if c.Cells != 500 || c.Share < want || want == 0 && c.Carry != 0 {
			t.Errorf("%+v, want a share of at least %v", c, want)
		}
	}
}
