package fingerprint

import (
	"regexp"
	"testing"
)

// TestCleaningOneFamilyLeavesTheOthers: a cleaner that rewrites one family of
// spellings never flips a mark that another family holds.
func TestCleaningOneFamilyLeavesTheOthers(t *testing.T) {
	cleaners := []struct {
		family string
		from   *regexp.Regexp
		to     string
	}{
		{"between/and", regexp.MustCompile(`(?i)\band\b`), "&"},
		{"between/and", regexp.MustCompile(`&`), "and"},
		{"street/street", regexp.MustCompile(`(?i)\bstreet\b`), "St"},
		{"street/road", regexp.MustCompile(`(?i)\brd\b`), "Road"},
		{"last/company", regexp.MustCompile(`(?i)\bco\b`), "Company"},
		{"closing/incorporated", regexp.MustCompile(`(?i)\binc\b`), "Incorporated"},
		{"number/apartment", regexp.MustCompile(`(?i)\bapt\b`), "Apartment"},
	}
	cells := []string{"12 First Street, Apt 5", "Smith & Sons Mfg Co Inc", "3 Park Road and Mill Street", "Apt 5, 12 Moor Rd"}
	cells = append(cells, column(t, "uk500_family", "underq.csv", 2, true)...)
	cells = append(cells, column(t, "uk500_family", "underq.csv", 3, true)...)
	cells = append(cells, column(t, "febrl", "dataset1.csv", 4, true)...)
	held := 0
	for _, v := range cells {
		p, ok := findPoint(v)
		for _, c := range cleaners {
			cleaned := c.from.ReplaceAllString(v, c.to)
			if !ok || cleaned == v || p.family.name == c.family {
				continue
			}
			held++
			if q, ok := findPoint(cleaned); !ok || q.family != p.family || q.rank != p.rank {
				t.Errorf("%q (%s) became %q (%v)", v, p.family.name, cleaned, q.family)
			}
		}
	}
	t.Logf("%d marks held by other families than the one that was cleaned", held)
	if held < 40 {
		t.Errorf("only %d values say anything, want 40", held)
	}
}
