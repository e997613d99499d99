package identity

import (
	"encoding/base64"
	"strings"
)

// HashForms returns the strings whose MD5, SHA-1 or SHA-256 is traded for a
// canonical value: of phones E.164 with and without "+", the national digits,
// and those with a trunk zero where the country has one; of e-mails the address.
func HashForms(k Kind, canonical string) []string {
	if canonical == "" {
		return nil
	}
	if k != Phone {
		return []string{canonical}
	}
	number, _, _ := strings.Cut(canonical, ";")
	if number[0] != '+' {
		return []string{number, "0" + number}
	}
	forms := []string{number, number[1:]}
	code, national, trunk := splitPhone(number)
	if national == "" {
		return forms
	}
	forms = append(forms, national)
	if trunk == '0' && !(code == "86" && national[0] == '1' && len(national) == 11) {
		forms = append(forms, "0"+national)
	}
	return forms
}

// splitPhone cuts an E.164 number into country code and national digits;
// national is "" when the country is not in the table.
func splitPhone(number string) (code, national string, trunk byte) {
	for n := 2; n <= 4 && n < len(number); n++ {
		p := phonePlans().codes[number3([]byte(number[1:n]))]
		if p != nil && p.code == number[1:n] {
			return p.code, number[n:], p.trunk
		}
	}
	return "", "", 0
}

// LooksHashed reports whether v has the shape of a digest: algo is "md5",
// "sha1" or "sha256", encoding "hex", "HEX" (capitals) or "base64".
func LooksHashed(v string) (algo, encoding string, ok bool) {
	lower, upper, digits := 0, 0, 0
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'a' && c <= 'f':
			lower++
		case c >= 'A' && c <= 'F':
			upper++
		}
	}
	if lower+upper+digits == len(v) && (lower == 0 || upper == 0) && lower+upper > 0 && digits > 0 {
		encoding = "hex"
		if upper > 0 {
			encoding = "HEX"
		}
		algo = map[int]string{32: "md5", 40: "sha1", 64: "sha256"}[len(v)]
		return algo, encoding, algo != ""
	}
	if len(v) != 24 && len(v) != 28 && len(v) != 44 || !strings.HasSuffix(v, "=") {
		return "", "", false
	}
	raw, err := base64.StdEncoding.DecodeString(v)
	algo = map[int]string{16: "md5", 20: "sha1", 32: "sha256"}[len(raw)]
	if err != nil || algo == "" {
		return "", "", false
	}
	return algo, "base64", true
}
