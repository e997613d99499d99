package identity

import (
	_ "embed"
	"hash/maphash"
	"sync"
	"sync/atomic"

	"github.com/nyaruka/phonenumbers"
)

//go:embed vocab/phones.tsv
var phonesTSV string

var phonePlans = sync.OnceValue(func() *phoneTable {
	t := &phoneTable{regions: map[[2]byte]*phonePlan{}}
	for _, f := range tsv(phonesTSV) {
		p := &phonePlan{code: f[1], trunk: f[2][0], min: atoi(f[3]), max: atoi(f[4]), idd: f[5]}
		t.regions[[2]byte{f[0][0], f[0][1]}] = p
		if code := atoi(f[1]); t.codes[code] == nil {
			t.codes[code] = p
		}
	}
	return t
})

// foreign spells a number with a country code that is not in the table.
func foreign(sig []byte) (string, bool) {
	var a [24]byte
	return askLibrary(append(append(a[:0], '+'), sig...), [2]byte{'Z', 'Z'})
}

// askLibrary asks the phone library, which takes some 20 microseconds a number,
// and remembers the answers in a table of fixed size.
func askLibrary(d []byte, region [2]byte) (string, bool) {
	slot := &phoneMemo[maphash.Bytes(memoSeed, d)%uint64(len(phoneMemo))]
	if e := slot.Load(); e != nil && e.digits == string(d) && e.region == region {
		return e.answer, e.answer != ""
	}
	e := &memoEntry{digits: string(d), region: region}
	e.answer = libraryForm(e.digits, string(region[:]))
	slot.Store(e)
	return e.answer, e.answer != ""
}

func libraryForm(digits, region string) string {
	n, err := phonenumbers.Parse(digits, region)
	if err == nil && phonenumbers.IsPossibleNumber(n) {
		return phonenumbers.Format(n, phonenumbers.E164)
	}
	if n := len(digits); n < 7 || n > 16 {
		return ""
	}
	return digits
}

type memoEntry struct {
	digits, answer string
	region         [2]byte
}

var (
	memoSeed  = maphash.MakeSeed()
	phoneMemo [1 << 14]atomic.Pointer[memoEntry]
)
