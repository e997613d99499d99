package identity

// Check names a check-digit scheme.
type Check string

// The schemes.
const (
	Luhn       Check = "luhn"
	ResidentID Check = "iso7064-mod-11-2" // Chinese resident id; the last character is 0-9 or X
	IBAN       Check = "iso7064-mod-97-10"
	EAN13      Check = "ean-13"
	EAN8       Check = "ean-8"
)

// Valid reports whether s, separators ignored, carries a right check digit.
func (c Check) Valid(s string) bool { return false }

// Fix returns s with its check digit made right, all else unchanged; ok is
// false when s has not the shape of the scheme.
func (c Check) Fix(s string) (fixed string, ok bool) { return s, false }

// DetectCheck says which check digit a column's values satisfy.
func DetectCheck(sample []string) (Check, bool) { return "", false }
