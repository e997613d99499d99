package link

import (
	"slices"
	"testing"
)

func TestDerivations(t *testing.T) {
	raw := []string{"Suite 5, Main St, Springfield IL 62701", "07700", "900123"}
	piece := derivation{column: 0, sep: ","}
	last := derivation{column: 0, sep: ",", from: -1, words: true}
	for _, c := range []struct {
		d    derivation
		a, b int
		want string
	}{
		{piece, 0, 1, "Suite 5"}, {piece, 1, 2, "Main St"}, {piece, -1, 0, "Springfield IL 62701"}, {piece, 0, -1, "Suite 5, Main St"}, {piece, 3, 4, ""},
		{last, -1, 0, "62701"}, {last, -2, -1, "IL"}, {last, 0, -2, "Springfield"}, {last, 0, -9, ""},
		{derivation{column: 1, join: 1, glue: " "}, 0, 0, "07700 900123"}, {derivation{column: 1, join: 2}, 0, 0, ""},
	} {
		if c.d.words {
			c.d.first, c.d.last = c.a, c.b
		} else {
			c.d.from, c.d.to = c.a, c.b
		}
		if got := c.d.of(raw); got != c.want {
			t.Errorf("%+v: got %q, want %q", c.d, got, c.want)
		}
	}
}

// Rows keep their place in a view, however many cells they have.
func TestWiden(t *testing.T) {
	v := newView([][]string{{"a:b", "c"}, {"d:e", "f"}})
	for _, raw := range [][]string{{"a:b", "c"}, {"a:b"}, {"a:b", "c", "d"}, nil} {
		wide := v.widen(nil, raw)
		if len(wide) != v.width+len(v.made) || len(raw) > 0 && wide[0] != raw[0] {
			t.Errorf("%v became %v", raw, wide)
		}
	}
	if wide := v.widen(nil, []string{"a:b", "c"}); !slices.Contains(wide, "b") || !slices.Contains(wide, "a:b c") {
		t.Errorf("no pieces and neighbours in %v", wide)
	}
}
