package table

import "testing"

func TestDamageIsNoWindows1252(t *testing.T) {
	for text, want := range map[string]string{
		"id,name\n1,Jos\xe9\n2,Ann\n":             "windows-1252",
		"id,name\n1,\xc9mile\n2,Ann\n":            "windows-1252",
		"id,name\n1,Ann \x96 Lee\n":               "windows-1252",
		"id,name\n1,STRA\xdfE\n":                  "windows-1252",
		"id,name\n1,A\xff\n2,Bo\n":                "utf-8",
		"id,name\n1,Ann\xc3(\n2,Bo\n":             "utf-8",
		"id,name\n1,A\xfe\xb2\n2,Bo\n3,Cy\x81\n":  "utf-8",
		"id,name\n1,J\xc3\xb6rg\n2,A\xff\n3,Bo\n": "utf-8",
	} {
		if got := detectCoding([]byte(text), true).name; got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
