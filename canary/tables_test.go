package canary

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"telltale/internal/identity"
	"telltale/internal/key"
	"telltale/internal/material"
)

// testTable is a real table with its roles.
type testTable struct {
	name   string
	locale string
	cols   []Column
	rows   [][]string
}

// columns reads "name:kind[:flags]" with flags k (key), i (identity), s (sorted).
func columns(spec string) []Column {
	var out []Column
	for _, f := range strings.Fields(spec) {
		p := append(strings.Split(f, ":"), "")
		out = append(out, Column{
			Name: p[0], Kind: identity.Kind(p[1]),
			Key: strings.Contains(p[2], "k"), Identity: strings.Contains(p[2], "i"), Sorted: strings.Contains(p[2], "s"),
		})
	}
	return out
}

const (
	febrlSpec = "rec_id:serial:k given_name:given-name:i surname:family-name:i street_number:address address_1:address:i address_2:text " +
		"suburb:city postcode:postcode state:region date_of_birth:date soc_sec_id:national-id:i"
	fakeSpec  = "unique_id:integer:k first_name:given-name:i surname:family-name:i dob:date city:city email:email:i cluster:integer"
	ukSpec    = "first_name:given-name:i last_name:family-name:i company_name:organisation address:address:i city:city county:region postal:postcode phone1:phone:ik phone2:phone:i email:email:i web:url"
	ukSurvey  = "Survey:category Respondent:integer first_name:given-name:i last_name:family-name:i company_name:organisation address:address:i city:city county:region postal:postcode phone1:phone:ik phone2:phone:i email:email:i web:url"
	customers = "CustomerId:integer:k FirstName:given-name:i LastName:family-name:i Company:organisation Address:address:i City:city State:region " +
		"Country:country PostalCode:postcode Phone:phone:i Fax:phone:i Email:email:i SupportRepId:integer"
	invoices  = "InvoiceId:integer:k CustomerId:integer InvoiceDate:time BillingAddress:address:i BillingCity:city BillingState:region BillingCountry:country BillingPostalCode:postcode Total:number"
	adultSpec = "row:integer:k age:integer workclass:category fnlwgt:integer education:category education_num:integer marital:category occupation:category " +
		"relationship:category race:category sex:category gain:integer loss:integer hours:integer country:country income:category"
	bankSpec = "ID:integer:k Age:integer Experience:integer Income:integer ZIP:postcode Family:category CCAvg:number Education:category Mortgage:integer " +
		"Loan:category Securities:category CD:category Online:category CreditCard:category"
	insuranceSpec = "row:integer:k age:integer sex:category bmi:number children:integer smoker:category region:region charges:number"
	areasSpec     = "code:integer:k name:text cityCode:integer provinceCode:integer"
)

func nominal(n int) string {
	out := "Id:integer:k"
	for i := 1; i < n; i++ {
		out += fmt.Sprintf(" c%d:category", i)
	}
	return out
}

func germanSpec() string {
	return strings.NewReplacer("c2:category", "c2:integer", "c5:category", "c5:integer", "c13:category", "c13:integer").Replace(nominal(22))
}

// realTables reads the tables that are there; it skips when none is.
func realTables(t testing.TB) []testTable {
	t.Helper()
	febrl, fake, uk := material.Dir(t, "febrl"), material.Dir(t, "fake1000"), material.Dir(t, "uk500_family")
	lit, areas, sql := material.Dir(t, "fingerprint_lit"), material.Dir(t, "cn_areas_chain"), material.Dir(t, "sql")
	chinook := filepath.Join(sql, "Chinook_Sqlite.sql")
	return []testTable{
		{"febrl1", "en-AU", columns(febrlSpec), readCSV(t, filepath.Join(febrl, "dataset1.csv"), true)},
		{"febrl3", "en-AU", columns(febrlSpec), readCSV(t, filepath.Join(febrl, "dataset3.csv"), true)},
		{"febrl2", "en-AU", columns(febrlSpec), readCSV(t, filepath.Join(febrl, "dataset2.csv"), true)},
		{"febrl4", "en-AU", columns(febrlSpec), readCSV(t, filepath.Join(febrl, "dataset4a.csv"), true)},
		{"fake1000", "en-GB", columns(fakeSpec), readCSV(t, filepath.Join(fake, "fake_1000.csv"), true)},
		{"uk500", "en-GB", columns(ukSpec), readCSV(t, filepath.Join(uk, "univocity.csv"), true)},
		{"uk500-survey", "en-GB", columns(ukSurvey), readCSV(t, filepath.Join(uk, "markmbadham.csv"), true)},
		{"customers", "", columns(customers), readSQL(t, chinook, "Customer")},
		{"invoices", "", columns(invoices), readSQL(t, chinook, "Invoice")},
		{"adult", "en-US", columns(adultSpec), numbered(readCSV(t, filepath.Join(lit, "adult-train.csv"), false))},
		{"german", "", columns(germanSpec()), readCSV(t, filepath.Join(lit, "german_credit_full.csv"), true)},
		{"nursery", "", columns(nominal(10)), readCSV(t, filepath.Join(lit, "nursery_full.csv"), true)},
		{"bank", "en-US", columns(bankSpec), readCSV(t, filepath.Join(lit, "Bank_Personal_Loan_Modelling.csv"), true)},
		{"insurance", "en-US", columns(insuranceSpec), numbered(readCSV(t, filepath.Join(lit, "insurance.csv"), true))},
		{"covertype", "", columns(strings.ReplaceAll(nominal(11), ":category", ":integer")), readCSV(t, filepath.Join(lit, "cover_type_sample.csv"), true)},
		{"cancer", "", columns("sample:integer " + nominal(11)[len("Id:integer:k "):]), readCSV(t, filepath.Join(lit, "breast_cancer_wisconsin.csv"), true)},
		{"mushrooms", "", columns(nominal(24)), readCSV(t, filepath.Join(lit, "mushrooms_full.csv"), true)},
		{"cities", "zh-CN", columns("code:integer:k name:text provinceCode:integer"), readCSV(t, filepath.Join(areas, "cities.csv"), true)},
		{"areas", "zh-CN", columns(areasSpec), readCSV(t, filepath.Join(areas, "areas_v08_2023-09-13.csv"), true)},
	}
}

func readCSV(t testing.TB, path string, header bool) [][]string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(strings.ReplaceAll(string(data), "\r\n", "\n"), "\r", "\n")
	r := csv.NewReader(strings.NewReader(text))
	r.LazyQuotes, r.FieldsPerRecord = true, -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if header {
		rows = rows[1:]
	}
	return rows
}

func numbered(rows [][]string) [][]string {
	for i := range rows {
		rows[i] = append([]string{fmt.Sprint(i + 1)}, rows[i]...)
	}
	return rows
}

var sqlValue = regexp.MustCompile(`N?'(?:[^']|'')*'|NULL|-?[0-9.]+`)

func readSQL(t testing.TB, path, table string) [][]string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	on := false
	for line := range strings.Lines(string(data)) {
		switch {
		case strings.HasPrefix(line, "INSERT INTO ["+table+"]"):
			on = true
		case on && strings.HasPrefix(strings.TrimSpace(line), "("):
			var row []string
			for _, v := range sqlValue.FindAllString(strings.TrimSpace(line), -1) {
				v = strings.TrimPrefix(v, "N'")
				v = strings.ReplaceAll(strings.Trim(v, "'"), "''", "'")
				row = append(row, pick(v == "NULL", "", v))
			}
			rows = append(rows, row)
		default:
			on = false
		}
	}
	return rows
}

func learn(tab testTable) *Profile {
	l := NewLearner(tab.cols, tab.locale)
	for _, r := range tab.rows {
		l.Add(r)
	}
	return l.Profile()
}

func secret(label string) key.Secret { return key.Secret{1, 2, 3}.Derive(label) }

// ownContacts are domains and, where the table has phones, numbers like its
// own with other last digits: pools are the user's, and looked for in the
// table's own blocks.
func ownContacts(tab testTable, n int) Contacts { return contactsFor(tab, n, "") }

// contactsFor are other numbers for every label.
func contactsFor(tab testTable, n int, label string) Contacts {
	c := Contacts{Domains: []string{"mailpost.example", "brightmail.example", "inbox.example"}}
	rng := rand.New(rand.NewPCG(3, 9+entry("contacts", label)))
	for i, col := range tab.cols {
		for k := 0; col.Kind == identity.Phone && k < 2*n; {
			e164, ok := identity.Canonical(identity.Phone, cell(tab.rows[rng.IntN(len(tab.rows))], i), tab.locale)
			if ok && len(e164) > 8 {
				c.Phones = append(c.Phones, e164[:len(e164)-6]+fmt.Sprintf("%06d", rng.IntN(1_000_000)))
				k++
			}
		}
	}
	return c
}
