package fingerprint

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNaturalLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := "natural:" + rapid.SampledFrom([]string{"0.01", "1", "5"}).Draw(t, "step") + rapid.SampledFrom([]string{"", ":short"}).Draw(t, "habit")
		coef := rapid.Int64Range(1, 10_000_000).Draw(t, "coef") * rapid.SampledFrom([]int64{1, 10, 100, 1000}).Draw(t, "round")
		coef -= rapid.SampledFrom([]int64{0, 0, 1, 5}).Draw(t, "below")
		v := rapid.SampledFrom([]string{"", "-", "$"}).Draw(t, "front") + decimal(coef, rapid.SampledFrom([]int{0, 2}).Draw(t, "scale"))
		c := carrierOf(t, spec, "")
		if checkLaws(t, c, v) {
			checkSame(t, c, v, widenAll(v))
			checkSame(t, c, v, " "+v+" EUR")
		}
	})
}

// Equal ranks are equal numbers, and every number of an ending is reached.
func TestNaturalRanksCount(t *testing.T) {
	last := map[string]int64{}
	for v := int64(1000); v < 10000; v++ {
		class, rank, ok := carrierOf(t, "natural:1", "").Class(fmt.Sprint(v))
		if before, seen := last[class]; !ok || seen && rank != before+1 {
			t.Fatalf("%d: class %q rank %d follows rank %d", v, class, rank, before)
		}
		last[class] = rank
	}
	if len(last) != 8 { // none, 0, 00, 9, 99, 90, 5 and 50
		t.Errorf("classes %v, want 8", last)
	}
}

func TestNaturalKeepsHabits(t *testing.T) {
	for _, c := range []struct{ spec, v, up string }{
		{"natural:1", "1200", "1300"}, {"natural:1", "1999", "2099"}, {"natural:1", "50000", "51000"}, {"natural:0.01", "19.99", "20.99"},
		{"natural:0.01", "9.99", ""}, {"natural:0.01", "8.99", "9.09"}, {"natural:0.01", "1,249.00", "1,259.00"}, {"natural:1", "415", "425"},
		{"natural:1", "418", "421"}, {"natural:1", "42", "43"}, {"natural:1", "990", ""}, {"natural:1", "0", ""},
	} {
		carrier := carrierOf(t, c.spec, "")
		_, rank, ok := carrier.Class(c.v)
		got, _ := carrier.Render(c.v, rank+1)
		if got != c.up || ok != (c.v != "0") {
			t.Errorf("%s: %s -> %q, want %q", c.spec, c.v, got, c.up)
		}
	}
}

func TestCategoryLaws(t *testing.T) {
	c := carrierOf(t, "category:Private|State gov:a%3Ab|c%7Cd:北京|上海", "")
	if got := carrierOf(t, c.Name(), "").Name(); got != c.Name() {
		t.Errorf("the name %q is read as %q", c.Name(), got)
	}
	moved := 0
	for _, v := range []string{"Private", " PRIVATE ", "private", "State  Gov", "a:b", "c|d", "北京", "上海", "Other", ""} {
		if !checkLaws(t, c, v) {
			continue
		}
		moved++
		for _, w := range reformats(v) {
			checkSame(t, c, v, w)
		}
	}
	if moved != 8 {
		t.Errorf("%d values carry, want 8", moved)
	}
	if got, _ := c.Render(" PRIVATE ", 1); got != " STATE GOV " {
		t.Errorf("the partner of \" PRIVATE \" is %q", got)
	}
	for _, spec := range []string{"category:a", "category:a|a", "category:a|b:b|c", "category:|b"} {
		if _, err := ParseCarrier(spec, ""); err == nil {
			t.Errorf("%s was accepted", spec)
		}
	}
}

func TestCoordinateLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		decimals := rapid.IntRange(2, 6).Draw(t, "decimals")
		c := carrierOf(t, fmt.Sprintf("coordinate:%d", decimals), "")
		scale := rapid.IntRange(decimals, 8).Draw(t, "scale")
		v := decimal(rapid.Int64Range(1, 179*pow10[scale]).Draw(t, "coef"), scale)
		if !checkLaws(t, c, v) {
			return
		}
		checkSame(t, c, v, " "+widenAll(v))
		checkSame(t, c, v, v+"° N")
		checkSame(t, c, v, strings.Replace(v, ".", ",", 1)+"E")
		checkSame(t, c, "-"+v, v+" S")
		checkSame(t, c, "-"+v, "W"+v)
		// Rounding to the decimals of the step, or finer, keeps the rank.
		_, rank, _ := c.Class(v)
		x, _ := strconv.ParseFloat(v, 64)
		rounded := strconv.FormatFloat(x, 'f', decimals, 64)
		if math.Abs(math.Mod(x*math.Pow10(decimals), 1)-0.5) < 1e-4 {
			return // a tie, or as good as one
		}
		if _, r, ok := c.Class(rounded); ok && r != rank {
			t.Fatalf("%s: %s has rank %d, and rounded to %s %d", c.Name(), v, rank, rounded, r)
		}
	})
}

// The carriers of chosen numbers, categories and degrees keep the laws over
// whole real columns.
func TestRealColumnsOfChosenValues(t *testing.T) {
	for _, c := range []struct {
		file   string
		index  int
		header bool
		spec   string
		least  float64
	}{
		{"german_credit_full.csv", 5, true, "natural:1", 0.99},
		{"adult-train.csv", 2, false, "natural:1", 0.99},
		{"insurance.csv", 0, true, "natural:1", 0.99},
		{"adult-train.csv", 1, false, "category:Private|Self-emp-not-inc:Local-gov|State-gov", 0.8},
		{"adult-train.csv", 6, false, "category:Sales|Exec-managerial:Craft-repair|Machine-op-inspct", 0.4},
		{"mushrooms_full.csv", 3, true, "category:n|g:y|e", 0.5},
		{"nursery_full.csv", 2, true, "category:proper|less_proper:critical|improper", 0.7},
		{"cover_type_sample.csv", 1, true, "natural:1", 0.99},
	} {
		cells := column(t, "fingerprint_lit", c.file, c.index, c.header)
		carrier := carrierOf(t, c.spec, "")
		carried := 0
		for _, v := range cells {
			if !checkLaws(t, carrier, v) {
				continue
			}
			carried++
			for _, w := range reformats(v) {
				checkSame(t, carrier, v, w)
			}
		}
		if share := float64(carried) / float64(len(cells)); share < c.least {
			t.Errorf("%s column %d: %s carries in %.2f of the cells, want %.2f", c.file, c.index, c.spec, share, c.least)
		}
	}
}
