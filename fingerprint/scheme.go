package fingerprint

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"telltale/internal/identity"
)

// SchemeVersion is the version of the rules by which sites, words and row keys
// are derived. A scheme of another version is refused.
const SchemeVersion = 1

// DefaultCoalition is the number of colluding recipients that the biases are
// chosen for when a scheme does not say.
const DefaultCoalition = 4

const maxCoalition = 64

// Column is one column of the table, in the table's order.
type Column struct {
	Name     string        `json:"name"`
	Kind     identity.Kind `json:"kind"`
	Key      bool          `json:"key,omitempty"`
	Identity bool          `json:"identity,omitempty"`
	Carrier  string        `json:"carrier,omitempty"` // see ParseCarrier; "" and "none" carry no marks
	Sorted   bool          `json:"sorted,omitempty"`  // stays sorted in every copy and any mix of copies
	Noted    bool          `json:"noted,omitempty"`   // the link index says which cells are marked; see Joint
	Min      string        `json:"min,omitempty"`     // no mark makes a value smaller than this
	Max      string        `json:"max,omitempty"`     // no mark makes a value larger than this
	Alias    string        `json:"alias,omitempty"`   // what stands in the copies instead: addresses at this domain, or AliasPool; "" for nothing

	AliasForm string `json:"alias_form,omitempty"` // how such addresses are spelt, see package canary/alias
}

// Scheme is how one dataset is marked. Once a copy has been issued under a
// scheme it never changes.
type Scheme struct {
	Version   int      `json:"version"`
	Columns   []Column `json:"columns"`
	Coalition int      `json:"coalition"` // 0 means DefaultCoalition
	Density   float64  `json:"density"`   // share of the cells that may carry a mark that do, 0..1
	Locale    string   `json:"locale"`
	Joint     []*Joint `json:"joint,omitempty"` // what the marks of noted columns keep plausible; none: nothing is known
}

// PolicyError is a rule of a scheme that cannot stand.
type PolicyError struct {
	Column string // "" when the scheme as a whole is meant
	Msg    string
	Remedy string
}

func (e *PolicyError) Error() string {
	s := "scheme: " + e.Msg
	if e.Column != "" {
		s = fmt.Sprintf("scheme: column %q: %s", e.Column, e.Msg)
	}
	if e.Remedy != "" {
		s += "; " + e.Remedy
	}
	return s
}

// UnmarshalJSON refuses fields that it does not know: a rule that is not
// understood must not be ignored.
func (s *Scheme) UnmarshalJSON(text []byte) error {
	type plain Scheme
	var p plain
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return fmt.Errorf("scheme: %w", err)
	}
	*s = Scheme(p)
	return nil
}

// Validate returns a *PolicyError for the first rule that cannot stand.
func (s Scheme) Validate() error {
	if err := s.validateWhole(); err != nil {
		return err
	}
	seen := map[string]bool{}
	keys := 0
	for _, c := range s.Columns {
		if strings.TrimSpace(c.Name) == "" || c.Name != strings.TrimSpace(c.Name) {
			return &PolicyError{c.Name, "a name must be neither empty nor padded", "trim it"}
		}
		if seen[c.Name] {
			return &PolicyError{c.Name, "the name stands twice", "rename one of the two columns"}
		}
		seen[c.Name] = true
		if c.Key {
			keys++
		}
		if err := s.validateColumn(c); err != nil {
			return err
		}
	}
	if keys == 0 {
		return &PolicyError{"", "no key column", "name the column, or the columns together, that are different in every row"}
	}
	return nil
}

func (s Scheme) validateWhole() error {
	switch {
	case s.Version != SchemeVersion:
		return &PolicyError{"", fmt.Sprintf("version %d, want %d", s.Version, SchemeVersion), "use the program that wrote it"}
	case len(s.Columns) == 0:
		return &PolicyError{"", "no columns", "give the columns of the table in their order"}
	case s.Coalition < 0 || s.Coalition > maxCoalition:
		return &PolicyError{"", fmt.Sprintf("coalition %d, want 1 to %d", s.Coalition, maxCoalition), "4 serves most datasets"}
	case !(s.Density >= 0 && s.Density <= 1):
		return &PolicyError{"", fmt.Sprintf("density %v, want 0 to 1", s.Density), "0.1 marks one cell in ten"}
	}
	return nil
}

// AliasPool is the alias of a column of telephone numbers: copies show numbers
// from the user's pool.
const AliasPool = "pool"

// validateAlias refuses aliases of what is no contact, and of keys, by which a
// copy's rows are found without knowing whose copy it is.
func (c Column) validateAlias() error {
	switch {
	case c.Alias == "":
		return nil
	case c.Kind != identity.Email && c.Kind != identity.Phone:
		return &PolicyError{c.Name, fmt.Sprintf("a column of kind %s has no aliases", c.Kind), "aliases are for e-mail addresses and telephone numbers"}
	case c.Kind == identity.Phone && c.Alias != AliasPool:
		return &PolicyError{c.Name, "aliases of telephone numbers are numbers from the pool", "write " + c.Name + "=" + AliasPool}
	case c.Kind == identity.Email && c.Alias == AliasPool:
		return &PolicyError{c.Name, "aliases of e-mail addresses are at a domain", "write " + c.Name + "=relay.example"}
	case c.Key:
		return &PolicyError{c.Name, "a key column cannot have aliases", "name another column with --key"}
	case !c.Identity || c.marked():
		return &PolicyError{c.Name, "a column with aliases is an identity and carries no marks", "leave its carrier out"}
	}
	if c.Kind == identity.Phone {
		return nil
	}
	if v, ok := identity.Canonical(identity.Email, "postmaster@"+c.Alias, ""); !ok || v != "postmaster@"+c.Alias {
		return &PolicyError{c.Name, fmt.Sprintf("%q is no domain in its plain form", c.Alias), "write it in lower case, like relay.example"}
	}
	return nil
}

func (s Scheme) validateColumn(c Column) error {
	if err := c.validateAlias(); err != nil {
		return err
	}
	if c.Kind != "" && !c.Kind.Known() {
		return &PolicyError{c.Name, fmt.Sprintf("unknown kind %q", c.Kind), "see the list of kinds, or use text"}
	}
	if !c.marked() {
		if c.Min != "" || c.Max != "" {
			return &PolicyError{c.Name, "bounds on a column without marks", "drop min and max, or give it a carrier"}
		}
		return nil
	}
	switch {
	case c.Key:
		return &PolicyError{c.Name, "a key column cannot carry marks", "set its carrier to none, or choose another key"}
	case c.Identity:
		return &PolicyError{c.Name, "an identity column cannot carry marks", "set its carrier to none, or take it off the identities"}
	}
	carrier, err := ParseCarrier(c.Carrier, s.Locale)
	if err != nil {
		return &PolicyError{c.Name, err.Error(), "carriers are number[:STEP], natural[:STEP], time[:UNIT], coordinate, text, category, form and none"}
	}
	if c.Noted && Fragile(c.Carrier) {
		return &PolicyError{c.Name, "a noted column cannot carry forms", "give it another carrier"}
	}
	if _, err := newLimits(c, carrier); err != nil {
		return err
	}
	return nil
}

func (c Column) marked() bool { return c.Carrier != "" && c.Carrier != noCarrier }

func (s Scheme) coalition() int {
	if s.Coalition == 0 {
		return DefaultCoalition
	}
	return s.Coalition
}
