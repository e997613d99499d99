package identity

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"telltale/internal/material"
)

// material tables: their columns in order, with what they hold. Kinds that are
// equally right are separated by |.
var realTables = []struct {
	dir, file string
	header    bool
	locale    string // as GuessLocale should have it; * for any
	kinds     string
	key       string // headers or, without them, indices of the suggested key
}{
	{"febrl", "dataset1.csv", true, "en-AU", "serial given-name family-name address address address city postcode region date national-id", "rec_id"},
	{"febrl", "dataset2.csv", true, "en-AU", "serial given-name family-name address address address city postcode region date national-id", "rec_id"},
	{"febrl", "dataset4b.csv", true, "en-AU", "serial given-name family-name address address address city postcode region date national-id", "rec_id"},
	{"fake1000", "fake_1000.csv", true, "en-GB", "serial given-name family-name date city email integer|serial", "unique_id"},
	{"uk500_family", "univocity.csv", true, "en-GB", "given-name family-name organisation address city region postcode phone phone email url", "email"},
	{"uk500_family", "underq.csv", true, "en-GB", "given-name family-name organisation address city region postcode phone phone email url", "email"},
	{"uk500_family", "markmbadham.csv", true, "en-GB", "category integer|serial given-name family-name organisation address city region postcode phone phone email url", "email"},
	{"uk500_family", "kiennguyenquoc_uk-500.csv", false, "en-GB", "given-name family-name organisation address city region postcode phone phone email url", "*"},
	{"uk500_family", "kiennguyenquoc_ca-500.csv", false, "en-GB", "given-name family-name organisation address city region postcode phone phone email url", "*"},
	{"fingerprint_lit", "adult-train.csv", false, "*", "integer category integer category integer|category category category category category category integer integer integer country|category category", "*"},
	{"fingerprint_lit", "german_credit_full.csv", true, "", "serial category integer category category integer category category integer|category category category integer|category category integer category category integer|category category integer|category category category integer|category", "Id"},
	{"fingerprint_lit", "nursery_full.csv", true, "", "serial category category category category category category category category category", "Id"},
	{"fingerprint_lit", "breast_cancer_wisconsin.csv", true, "", "serial" + strings.Repeat(" integer|category", 10), "*"},
	{"fingerprint_lit", "cover_type_sample.csv", true, "", "serial" + strings.Repeat(" integer", 10), "Id"},
	{"fingerprint_lit", "insurance.csv", true, "", "integer category number integer|category category region|category number", "*"},
	{"fingerprint_lit", "Bank_Personal_Loan_Modelling.csv", true, "*", "serial integer integer integer postcode integer|category number integer|category integer integer|category integer|category integer|category integer|category integer|category", "ID"},
	{"cn_areas_chain", "areas_v01_2018-02-04.csv", true, "zh-CN", "serial region|city serial serial|category", "code"},
	{"cn_areas_chain", "areas_v08_2023-09-13.csv", true, "zh-CN", "serial region|city serial serial|category", "code"},
	{"cn_areas_chain", "cities.csv", true, "zh-CN", "serial region|city serial|category", "code"},
	{"cn_areas_chain", "provinces.csv", true, "zh-CN", "serial region|city", "code"},
}

func TestClassifyRealTables(t *testing.T) {
	for _, c := range realTables {
		t.Run(c.file, func(t *testing.T) {
			header, columns := readTable(t, filepath.Join(material.Dir(t, c.dir), c.file), c.header)
			checkTable(t, header, columns, c.locale, c.kinds, c.key)
		})
	}
}

func TestClassifyWithoutHeader(t *testing.T) {
	_, columns := readTable(t, filepath.Join(material.Dir(t, "uk500_family"), "univocity.csv"), true)
	checkTable(t, make([]string, len(columns)), columns, "en-GB", "given-name family-name organisation address city region postcode phone phone email url", "*")
	_, columns = readTable(t, filepath.Join(material.Dir(t, "uk500_family"), "markmbadham.csv"), true)
	checkTable(t, make([]string, len(columns)), columns, "en-GB", "category integer|serial given-name family-name organisation address city region postcode phone phone email url", "*")
}

// checkTable classifies columns with the locale guessed from them.
func checkTable(t *testing.T, header []string, columns [][]string, locale, kinds, key string) {
	t.Helper()
	guessed := GuessLocale(columns)
	if locale != "*" && guessed != locale {
		t.Errorf("GuessLocale = %q, want %q", guessed, locale)
	}
	var cs []Column
	for i, want := range strings.Fields(kinds) {
		g := Classify(header[i], columns[i], guessed)
		cs = append(cs, Column{Header: header[i], Sample: columns[i], Guesses: g})
		if !strings.Contains("|"+want+"|", "|"+string(g[0].Kind)+"|") {
			t.Errorf("column %d %q is %s, want %s: %v", i, header[i], g[0].Kind, want, g[:min(3, len(g))])
		}
	}
	roles := SuggestRoles(cs, guessed)
	if key == "*" {
		t.Logf("key %v, identity %v", roles.Key, roles.Identity)
		return
	}
	var names []string
	for _, i := range roles.Key {
		names = append(names, header[i])
	}
	if got := strings.Join(names, "+"); got != key {
		t.Errorf("key %q, want %q; identity %v", got, key, roles.Identity)
	}
}

func readTable(t *testing.T, path string, hasHeader bool) ([]string, [][]string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(strings.ReplaceAll(string(raw), "\r\n", "\n"), "\r", "\n")
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	r.TrimLeadingSpace = true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	header := make([]string, len(rows[0]))
	if hasHeader {
		for i, h := range rows[0] {
			header[i] = strings.TrimSpace(h)
		}
		rows = rows[1:]
	}
	if len(rows) > 1000 {
		rows = rows[:1000]
	}
	columns := make([][]string, len(header))
	for i := range columns {
		for _, row := range rows {
			v := ""
			if i < len(row) {
				v = row[i]
			}
			columns[i] = append(columns[i], v)
		}
	}
	return header, columns
}
