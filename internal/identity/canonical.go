package identity

// Canonical returns the one canonical spelling of v as a k. ok is false when v
// is no such thing; the canonical spelling is never empty, and canonicalising
// it again (with the same locale) changes nothing.
//
// Values in their canonical or another plain ASCII form take no more than a
// few hundred nanoseconds and one allocation at most. It is safe for
// concurrent use.
func Canonical(k Kind, v string, locale string) (string, bool) {
	if len(v) > maxValue {
		if k != Text && k != Category {
			return "", false
		}
	}
	s, ok := canonical(k, v, locale)
	if !ok || s == "" {
		return "", false
	}
	return s, true
}

func canonical(k Kind, v, locale string) (string, bool) {
	switch k {
	case Phone:
		return canonicalPhone(v, locale)
	case Email:
		return canonicalEmail(v)
	case NationalID:
		return canonicalNationalID(v, locale)
	case Serial:
		return canonicalSerial(v)
	case Name, GivenName, FamilyName:
		return canonicalName(k, v)
	case Organisation:
		return canonicalOrganisation(v)
	case Address:
		return canonicalAddress(v)
	case City, Region, Country:
		return canonicalPlace(k, v)
	case Postcode:
		return canonicalPostcode(v)
	case Date:
		return canonicalDate(v, locale)
	case Time:
		return canonicalTime(v, locale)
	case Number, Integer:
		return canonicalNumber(k, v, locale)
	case URL:
		return canonicalURL(v)
	case Category, Text:
		return tidyText(v)
	}
	return "", false
}

// maxValue bounds the bytes of a value that can be anything but text.
const maxValue = 1024
