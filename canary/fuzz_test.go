package canary

import (
	"errors"
	"fmt"
	"testing"

	"telltale/internal/budget"
	"telltale/internal/identity"
)

// FuzzProfile reads what was learned of a table as the registry keeps it.
func FuzzProfile(f *testing.F) {
	l := NewLearner([]Column{{Name: "id", Kind: identity.Serial, Key: true}, {Name: "name", Kind: identity.Name}}, "en-GB")
	for i := range 50 {
		l.Add([]string{fmt.Sprint(i), "Ann Lee"})
	}
	data, err := l.Profile().MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Fuzz(func(t *testing.T, data []byte) {
		budget.Check(t, len(data), func() {
			if err := new(Profile).UnmarshalBinary(data); err != nil && !errors.Is(err, ErrProfile) {
				t.Errorf("%v is not ErrProfile", err)
			}
		})
	})
}
