package identity

import "strings"

// Check names a check-digit scheme.
type Check string

// The schemes. Separators inside a number never matter.
const (
	Luhn       Check = "luhn"              // payment cards, IMEI; ISO/IEC 7812-1
	ResidentID Check = "iso7064-mod-11-2"  // Chinese resident id, 18 characters, the last 0-9 or X; GB 11643
	IBAN       Check = "iso7064-mod-97-10" // two letters, two check digits, letters and digits; ISO 13616
	EAN13      Check = "ean-13"            // GS1 mod 10, weights 1 3
	EAN8       Check = "ean-8"
	UPS        Check = "ups" // 1Z waybills, mod 10
	S10        Check = "s10" // postal items, AA123456785BB; UPU S10
)

// Checks returns all schemes, the most particular first.
func Checks() []Check { return []Check{ResidentID, IBAN, S10, UPS, EAN13, EAN8, Luhn} }

// Valid reports whether s carries a right check digit.
func (c Check) Valid(s string) bool {
	body, at, ok := c.shape(s)
	if !ok {
		return false
	}
	want, ok := c.digits(body, at)
	return ok && body[at:at+len(want)] == want
}

// Fix returns s with its check digit made right, all else unchanged; ok is
// false when s has not the shape of the scheme.
func (c Check) Fix(s string) (fixed string, ok bool) {
	body, at, ok := c.shape(s)
	if !ok {
		return s, false
	}
	want, ok := c.digits(body, at)
	if !ok {
		return s, false
	}
	out := []byte(s)
	n := 0
	for i := range out {
		if !alnum(out[i]) {
			continue
		}
		if n >= at && n < at+len(want) {
			out[i] = want[n-at]
		}
		n++
	}
	return string(out), true
}

// shape returns the letters and digits of s, capitals, and where the check
// digits stand among them.
func (c Check) shape(s string) (body string, at int, ok bool) {
	if len(s) > 64 {
		return "", 0, false
	}
	var a [40]byte
	b, digits, ok := compact(a[:0], s)
	n := len(b)
	numeric := digits == n
	switch c {
	case Luhn:
		ok = ok && numeric && n >= 8 && n <= 19
	case EAN13:
		ok = ok && numeric && n == 13
	case EAN8:
		ok = ok && numeric && n == 8
	case ResidentID:
		ok = ok && n == 18 && allDigits(string(b[:17])) && (digits == 18 || b[17] == 'X')
	case IBAN:
		ok = ok && n >= 15 && n <= 34 && capital(b[0]) && capital(b[1]) && allDigits(string(b[2:4]))
		return string(b), 2, ok
	case UPS:
		ok = ok && n == 18 && b[0] == '1' && b[1] == 'Z' && b[17] <= '9'
	case S10:
		ok = ok && n == 13 && capital(b[0]) && capital(b[1]) && capital(b[11]) && capital(b[12]) && allDigits(string(b[2:11]))
		return string(b), 10, ok
	default:
		return "", 0, false
	}
	return string(b), n - 1, ok
}

func capital(c byte) bool { return c >= 'A' && c <= 'Z' }

// digits computes the check digits that belong at body[at:].
func (c Check) digits(body string, at int) (string, bool) {
	switch c {
	case IBAN:
		return mod97(body)
	case ResidentID:
		return mod112(body[:at])
	case Luhn:
		return digit(weighted(body[:at], 2, 1, true))
	case EAN13, EAN8:
		return digit(weighted(body[:at], 3, 1, false))
	case UPS:
		return digit(upsSum(body[2:at]))
	case S10:
		return s10(body[2:at])
	}
	return "", false
}

// digit brings a sum up to the next multiple of ten.
func digit(sum int) (string, bool) { return string(rune('0' + (10-sum%10)%10)), true }

// weighted sums digits times alternating weights, odd for the last; cross takes
// the cross sum of each product.
func weighted(s string, odd, even int, cross bool) int {
	sum, w := 0, odd
	for i := len(s) - 1; i >= 0; i-- {
		p := int(s[i]-'0') * w
		if cross && p > 9 {
			p -= 9
		}
		sum += p
		w = odd + even - w
	}
	return sum
}

func upsSum(s string) int {
	sum := 0
	for i := 0; i < len(s); i++ {
		v := int(s[i] - '0')
		if s[i] >= 'A' {
			v = (int(s[i]-'A') + 2) % 10
		}
		sum += v * (1 + i%2)
	}
	return sum
}

// mod112 is ISO 7064 MOD 11-2: the check character c makes
// sum a_i 2^i = 1 (mod 11), c counting as i = 0 and X as ten.
func mod112(s string) (string, bool) {
	p := 0
	for i := 0; i < len(s); i++ {
		p = (p + int(s[i]-'0')) * 2 % 11
	}
	return string("0123456789X"[(12-p)%11]), true
}

// mod97 is ISO 7064 MOD 97-10 as IBANs use it.
func mod97(s string) (string, bool) {
	rest := 0
	for _, c := range []byte(s[4:] + s[:2] + "00") {
		if capital(c) {
			rest = (rest*100 + int(c-'A') + 10) % 97
		} else {
			rest = (rest*10 + int(c-'0')) % 97
		}
	}
	n := 98 - rest
	return string([]byte{byte('0' + n/10), byte('0' + n%10)}), true
}

func s10(s string) (string, bool) {
	sum := 0
	for i, w := range []int{8, 6, 4, 2, 3, 5, 9, 7} {
		sum += w * int(s[i]-'0')
	}
	n := 11 - sum%11
	switch n {
	case 10:
		n = 0
	case 11:
		n = 5
	}
	return string(rune('0' + n)), true
}

// extend makes a resident id of the old form, without century and check digit,
// one of the new; ok is false when the date in it does not exist.
func (c Check) extend(old string) (string, bool) {
	long := old[:6] + "19" + old[6:]
	if !birthday(long) {
		return "", false
	}
	last, ok := mod112(long)
	return long + last, ok
}

// birthday reports whether characters 7 to 14 of a resident id are a date.
func birthday(id string) bool {
	n, ok := digits(id[6:14])
	return ok && civil(n/10000, n/100%100, n%100) && n >= 18000101 && n < 21000101
}

// ValidResident reports whether s is a Chinese resident id with a real date of
// birth and a right check digit.
func ValidResident(s string) bool {
	s = strings.ToUpper(trim(s))
	return len(s) == 18 && ResidentID.Valid(s) && birthday(s)
}

// DetectCheck says which check digit a column's values satisfy. At least eight
// distinct values must have the shape of the scheme and all but one in twenty
// of the non-empty ones be valid. Digits drawn at random are valid once in
// ten (once in eleven, or 97): eight of eight pass by chance with probability
// 1e-8 for each scheme tried, and larger samples with less.
func DetectCheck(sample []string) (Check, bool) {
	for _, c := range Checks() {
		distinct := map[string]bool{}
		valid, n := 0, 0
		for _, v := range sample {
			if v = trim(v); v == "" {
				continue
			}
			n++
			if c.Valid(v) {
				valid++
				distinct[v] = true
			}
		}
		if len(distinct) >= 8 && valid*20 >= n*19 {
			return c, true
		}
	}
	return "", false
}
