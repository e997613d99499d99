package canary

import (
	"errors"
	"reflect"
	"slices"
	"testing"
)

// TestFirstProfilesAreRead: of a table that the sample holds whole, a profile of
// version 1 says what one of today does.
func TestFirstProfilesAreRead(t *testing.T) {
	p := learn(people(600))
	old := saved{Version: 1, Columns: p.Columns, Locale: p.Locale, Rows: p.Rows, Stats: slices.Clone(p.Stats), Sample: p.Sample, Seen: p.Seen}
	for i := range old.Stats {
		old.Stats[i].Values = Spread{}
	}
	read := func(s saved) (*Profile, error) {
		data, err := s.bytes()
		if err != nil {
			t.Fatal(err)
		}
		q := new(Profile)
		return q, q.UnmarshalBinary(data)
	}
	q, err := read(old)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(bytesOf(t, p), bytesOf(t, q)) {
		t.Error("the profile differs from one that is learned today")
	}
	for _, version := range []int{0, profileVersion + 1} {
		old.Version = version
		if _, err := read(old); !errors.Is(err, ErrProfile) {
			t.Errorf("version %d: %v", version, err)
		}
	}
}
