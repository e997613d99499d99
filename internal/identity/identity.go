// Package identity gives one canonical spelling to the things that identify
// a person or a row: phones, e-mails, names, addresses, serial numbers, dates.
//
// Canonical is the heart. Whatever a spreadsheet, an export or a person in a
// hurry does to the looks of a value (case, width, blanks, punctuation,
// separators, country prefixes, abbreviations), the canonical spelling stays
// the same; different identities keep different spellings. Rows of a leak are
// linked to issued rows by it.
//
// Classify tells what a column holds, by its content first and its header
// second; SuggestRoles chooses key and identity columns from that; Find picks
// contacts out of free text; Mask makes a value fit for a screen.
//
// Nothing here decides who a person is. Two people of one name share a
// canonical name, and a misspelt name is another name: fuzzy comparison is not
// the business of this package.
//
// # Locale
//
// A locale is a BCP 47 tag such as "en-GB" or "zh-CN", or "" when unknown. It
// tells the country of national phone numbers, the order of 03/04/2021 and the
// decimal sign of 1.234. ColumnLocale refines it from a column's values, by
// private-use subtags: "en-GB-x-mdy", "en-x-comma". An unknown locale is safe
// but joins less; see Phone, Date and Number.
package identity

// Kind names what a value is. Kinds are stored with schemes: a name is never
// given another meaning.
type Kind string

// The kinds, in the order in which Kinds lists them.
const (
	Phone        Kind = "phone"
	Email        Kind = "email"
	NationalID   Kind = "national-id"
	Serial       Kind = "serial"
	Name         Kind = "name"
	GivenName    Kind = "given-name"
	FamilyName   Kind = "family-name"
	Organisation Kind = "organisation"
	Address      Kind = "address"
	City         Kind = "city"
	Region       Kind = "region"
	Postcode     Kind = "postcode"
	Country      Kind = "country"
	Date         Kind = "date"
	Time         Kind = "time"
	Number       Kind = "number"
	Integer      Kind = "integer"
	Category     Kind = "category"
	URL          Kind = "url"
	Text         Kind = "text"
)

// Kinds returns all kinds in a fixed order.
func Kinds() []Kind {
	return []Kind{
		Phone, Email, NationalID, Serial, Name, GivenName, FamilyName, Organisation, Address, City, Region,
		Postcode, Country, Date, Time, Number, Integer, Category, URL, Text,
	}
}

// Known reports whether k is one of Kinds.
func (k Kind) Known() bool {
	for _, other := range Kinds() {
		if k == other {
			return true
		}
	}
	return false
}

// Strong reports whether one value of the kind can identify a row by itself.
// For serial numbers that holds only for long ones: see StrongValue.
func (k Kind) Strong() bool {
	switch k {
	case Phone, Email, NationalID, Serial:
		return true
	}
	return false
}

// StrongValue reports whether this canonical value identifies a row by itself.
// A serial needs at least six significant characters, leading zeros not
// counted: row numbers are serials and identify nothing outside their table.
func StrongValue(k Kind, canonical string) bool {
	if k != Serial {
		return k.Strong() && canonical != ""
	}
	significant := 0
	for i := 0; i < len(canonical); i++ {
		c := canonical[i]
		if significant == 0 && c == '0' || !alnum(c) {
			continue
		}
		significant++
	}
	return significant >= 6
}

// Person reports whether values of the kind say who a person is or where to
// find them. Columns of such kinds are identity columns.
func (k Kind) Person() bool {
	switch k {
	case Phone, Email, NationalID, Name, GivenName, FamilyName, Address, Postcode:
		return true
	}
	return false
}

func alnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
