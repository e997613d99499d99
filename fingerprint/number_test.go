package fingerprint

import "testing"

func TestNumberForms(t *testing.T) {
	for _, c := range []struct {
		spec, value, class string
		rank               int64
	}{
		{"number:0.01", "1,234.50", "", 123450},
		{"number:0.01", "1234.5", "", 123450},
		{"number:0.01", "１２３４.５", "", 123450},
		{"number:0.01", "１，２３４．５０", "", 123450},
		{"number:0.01", "1.234,50", "", 123450},
		{"number:0.01", "1234,5", "", 123450},
		{"number:0.01", " $1,234.50 ", "", 123450},
		{"number:0.01", "USD 1234.5", "", 123450},
		{"number:0.01", "1 234,50 €", "", 123450},
		{"number:0.01", "1'234.50", "", 123450},
		{"number:0.01", "12,34,567.8", "", 123456780},
		{"number:0.01", "-3.20", "-", -320},
		{"number:0.01", "(3.20)", "-", -320},
		{"number:0.01", "($3.20)", "-", -320},
		{"number:0.01", "3.20-", "-", -320},
		{"number:0.01", "−3.2", "-", -320},
		{"number:0.01", ".5", "", 50},
		{"number", "12.34", "0.34", 12},
		{"number", "1,234", "", 1234},
		{"number:0.001:comma", "1,234", "", 1234},
		{"number:1:comma", "1.234", "", 1234},
		{"number:0.001", "1.234", "", 1234},
		{"number:5", "17", "2", 3},
		{"number:0.05", "1.07", "0.02", 21},
		{"number:10", "1985", "5", 198},
		{"number:0.1", "12.5%", "", 125},
		{"number:0.1", "35.2 kg", "", 352},
		{"number", "007", "", 7},
	} {
		carrier, err := ParseCarrier(c.spec, "")
		if err != nil {
			t.Fatal(err)
		}
		class, rank, ok := carrier.Class(c.value)
		if !ok || class != c.class || rank != c.rank {
			t.Errorf("%s: Class(%q) = %q, %d, %v, want %q, %d", c.spec, c.value, class, rank, ok, c.class, c.rank)
		}
	}
}

func TestNumberRefuses(t *testing.T) {
	carrier, _ := ParseCarrier("number:0.01", "")
	for _, v := range []string{
		"", " ", "-", "N/A", "0", "0.00", "A12", "12A", "1.2E+05", "2006-01-02", "01234 567890", "1.2.3.4", "12,34,5", "(12", "12)",
		"--1", "-(1)", "1234567890123456789", "1:30", "#5", "12 34", "1.", ".", "$", "1/2",
	} {
		if class, rank, ok := carrier.Class(v); ok {
			t.Errorf("Class(%q) = %q, %d, want none", v, class, rank)
		}
	}
}

func TestNumberRender(t *testing.T) {
	for _, c := range []struct {
		spec, value string
		by          int64
		want        string // "" when refused
	}{
		{"number:0.01", "1,234.50", 1, "1,234.51"},
		{"number:0.01", "１，２３４．５９", 1, "１，２３４．６０"},
		{"number:0.01", "1.234,50 €", -1, "1.234,49 €"},
		{"number:0.01", "-$3.20", -1, "-$3.21"},
		{"number:0.01", "(3.20)", 1, "(3.19)"},
		{"number:0.01", "1234.5", 1, ""},
		{"number:0.01:short", "1234.5", 1, "1234.51"},
		{"number:0.01:short", "1234", 1, "1234.01"},
		{"number:0.01:short:comma", "1234", 1, "1234,01"},
		{"number:0.01:short", "12.51", -1, "12.5"},
		{"number:0.01:short", "12.01", -1, "12"},
		{"number:0.01:short1", "12.01", -1, "12.0"},
		{"number:0.01:short1", "12.0", 1, "12.01"},
		{"number:0.01:short", "１２.５１", -1, "１２.５"},
		{"number:0.01", "0.01", -1, ""},
		{"number:0.01", "9.99", 1, ""},
		{"number:0.01", "1.00", -1, "0.99"},
		{"number:0.01", "10.00", -1, ""},
		{"number", "007", 1, "008"},
		{"number", "099", 1, "100"},
		{"number", "1", -1, ""},
		{"number", "12.34", 1, "13.34"},
		{"number", "0.34", -1, ""},
		{"number:5", "17", 1, "22"},
		{"number", "999", 1, ""},
	} {
		carrier, err := ParseCarrier(c.spec, "")
		if err != nil {
			t.Fatal(err)
		}
		_, rank, ok := carrier.Class(c.value)
		if !ok {
			t.Fatalf("%s: %q is no carrier", c.spec, c.value)
		}
		got, ok := carrier.Render(c.value, rank+c.by)
		if ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%s: Render(%q, %+d) = %q, %v, want %q", c.spec, c.value, c.by, got, ok, c.want)
		}
	}
}
