package fingerprint

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"telltale/internal/identity"
	"telltale/internal/material"
)

var invoiceLine = regexp.MustCompile(`(?m)^\s+\((\d+), (\d+), '([^']+)', '((?:[^']|'')*)', '[^']*', (?:NULL|'[^']*'), '[^']*', (?:NULL|'[^']*'), ([0-9.]+)\)`)

// invoices returns id, customer, date, address and total of Chinook's
// invoices.
func invoices(t *testing.T) [][]string {
	text, err := os.ReadFile(filepath.Join(material.Dir(t, "sql"), "Chinook_Sqlite.sql"))
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for _, m := range invoiceLine.FindAllStringSubmatch(string(text), -1) {
		rows = append(rows, append([]string(nil), m[1], m[2], m[3], strings.ReplaceAll(m[4], "''", "'"), m[5]))
	}
	return rows
}

func TestInvoices(t *testing.T) {
	rows := invoices(t)
	if len(rows) != 412 {
		t.Fatalf("%d invoices, want 412", len(rows))
	}
	s := Scheme{Version: SchemeVersion, Density: 1, Columns: []Column{
		{Name: "InvoiceId", Kind: identity.Integer, Key: true}, {Name: "CustomerId", Kind: identity.Integer},
		{Name: "InvoiceDate", Kind: identity.Time, Sorted: true}, {Name: "BillingAddress", Kind: identity.Address}, {Name: "Total", Kind: identity.Number},
	}}
	for i := range s.Columns[1:] {
		c := &s.Columns[i+1]
		var cells []string
		for _, r := range rows {
			cells = append(cells, r[i+1])
		}
		c.Carrier = SuggestCarrier(c.Kind, c.Name, cells, "")
		carrier := carrierOf(t, c.Carrier, "")
		for _, v := range cells {
			if checkLaws(t, carrier, v) {
				checkSame(t, carrier, v, " "+v)
			}
		}
	}
	got, err := Capacity(s, rows)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range got {
		t.Logf("%+v", c)
	}
	if s.Columns[1].Carrier != noCarrier {
		t.Errorf("the reference to a customer carries %s", s.Columns[1].Carrier)
	}
	if s.Columns[4].Carrier != noCarrier || s.Columns[2].Carrier != "time:d" || got[2].Share < 0.2 {
		t.Errorf("carriers %+v", got)
	}
}
