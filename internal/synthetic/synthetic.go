// Package synthetic makes tables of people who do not exist, for the demo, the
// examples and the tests. Everything is drawn from a seed: the same seed gives
// the same table. Telephone numbers are from ranges that regulators keep for
// fiction where there are such, and are random otherwise; e-mail domains end in
// .example.
//
// Its vocabulary is small and public. Nothing here is fit for canaries.
package synthetic

import (
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"
)

// Table is a table in memory.
type Table struct {
	Header []string
	Rows   [][]string
}

// Write writes t as CSV.
func (t Table) Write(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(t.Header); err != nil {
		return err
	}
	if err := out.WriteAll(t.Rows); err != nil {
		return err
	}
	return out.Error()
}

func source(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0x7e117a1e)) }

func pick(r *rand.Rand, list []string) string { return list[r.IntN(len(list))] }

// pickSkewed prefers the front of the list, as names in the world do.
func pickSkewed(r *rand.Rand, list []string) string {
	x := r.Float64()
	return list[int(x*x*float64(len(list)))]
}

// Customers are n customers of a shop: id, given name, family name, e-mail,
// phone, address, city, postcode, time of registration, balance.
func Customers(n int, seed uint64) Table {
	r := source(seed)
	t := Table{Header: []string{"customer_id", "first_name", "last_name", "email", "phone", "address", "city", "postcode", "registered_at", "balance"}}
	at := time.Date(2024, 1, 3, 8, 0, 0, 0, time.UTC)
	id := 100100
	for range n {
		id += 1 + r.IntN(9)
		at = at.Add(time.Duration(30+r.IntN(7200)) * time.Second)
		given, family := pickSkewed(r, englishGiven), pickSkewed(r, englishFamily)
		town := towns[r.IntN(len(towns))]
		t.Rows = append(t.Rows, []string{
			fmt.Sprint(id), given, family, mailbox(r, given, family), ukPhone(r),
			fmt.Sprintf("%d %s %s", 1+r.IntN(180), pick(r, streetNames), pickSkewed(r, streetTypes)),
			town.name, fmt.Sprintf("%s%d %d%c%c", town.postcode, 1+r.IntN(19), 1+r.IntN(9), letter(r), letter(r)),
			at.Format("2006-01-02 15:04:05"), fmt.Sprintf("%.2f", float64(r.IntN(250000))/100),
		})
	}
	return t
}

func letter(r *rand.Rand) byte { return "ABDEFGHJLNPQRSTUWXYZ"[r.IntN(20)] }

func ukPhone(r *rand.Rand) string { return fmt.Sprintf("07%03d %06d", 400+r.IntN(590), r.IntN(1e6)) }

func mailbox(r *rand.Rand, given, family string) string {
	given, family = strings.ToLower(given), strings.ToLower(family)
	domain := pickSkewed(r, mailDomains)
	switch r.IntN(4) {
	case 0:
		return given + "." + family + "@" + domain
	case 1:
		return fmt.Sprintf("%s.%s%d@%s", given, family, 1+r.IntN(99), domain)
	case 2:
		return fmt.Sprintf("%c%s%d@%s", given[0], family, 1950+r.IntN(60), domain)
	default:
		return fmt.Sprintf("%s%d@%s", given, 10+r.IntN(9990), domain)
	}
}

// Registrations are n candidates of an online exam: registration number, name,
// date of birth, phone, e-mail, school, exam, time of registration, fee.
func Registrations(n int, seed uint64) Table {
	r := source(seed)
	t := Table{Header: []string{"registration_no", "name", "birth_date", "phone", "email", "school", "exam", "registered_at", "fee"}}
	at := time.Date(2025, 9, 1, 7, 0, 0, 0, time.UTC)
	for i := range n {
		at = at.Add(time.Duration(5+r.IntN(240)) * time.Second)
		given, family := pickSkewed(r, englishGiven), pickSkewed(r, englishFamily)
		exam := exams[r.IntN(len(exams))]
		t.Rows = append(t.Rows, []string{
			fmt.Sprintf("EX25-%06d", 100000+i*7+r.IntN(7)), given + " " + family,
			time.Date(1985+r.IntN(22), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC).Format("2006-01-02"),
			ukPhone(r), mailbox(r, given, family), pick(r, streetNames) + " " + pick(r, schoolTypes), exam.name,
			at.Format("2006-01-02 15:04:05"), fmt.Sprintf("%.2f", exam.fee+float64(r.IntN(400))/100),
		})
	}
	return t
}

// Taxpayers are n records of a tax bureau: taxpayer number, name, date of
// birth, phone, address, city, income, tax, time of assessment.
func Taxpayers(n int, seed uint64) Table {
	r := source(seed)
	t := Table{Header: []string{"taxpayer_no", "name", "birth_date", "phone", "address", "city", "income", "tax", "assessed_at"}}
	at := time.Date(2025, 3, 3, 9, 0, 0, 0, time.UTC)
	for i := range n {
		at = at.Add(time.Duration(20+r.IntN(900)) * time.Second)
		income := int(18000 + r.ExpFloat64()*26000)
		t.Rows = append(t.Rows, []string{
			fmt.Sprintf("TX%08d", 20410000+i*13+r.IntN(13)), pickSkewed(r, englishGiven) + " " + pickSkewed(r, englishFamily),
			time.Date(1945+r.IntN(58), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC).Format("2006-01-02"),
			ukPhone(r), fmt.Sprintf("%d %s %s", 1+r.IntN(180), pick(r, streetNames), pickSkewed(r, streetTypes)),
			towns[r.IntN(len(towns))].name, fmt.Sprint(income), fmt.Sprintf("%.2f", float64(income)*0.19+float64(r.IntN(10000))/100),
			at.Format("2006-01-02 15:04:05"),
		})
	}
	return t
}
