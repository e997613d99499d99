package attack

import (
	"math/rand/v2"
	"slices"
)

// Family lists the edits that real people made to one public contact table
// (Brian Dunning's uk-500) before they put it into their repositories:
// line ends changed, extra columns, the head only, a whole table pasted after
// itself two and three times, another table of the same columns appended.
func Family() []Attack {
	return []Attack{
		Chain(Attack{"saved again", func(t Table, _ *rand.Rand) Table { return t }}),
		AddIndex(),
		Head(2),
		Repeat(2),
		Repeat(3),
		Chain(Repeat(2), HeaderInside()),
		PadColumns(2),
	}
}

// Head keeps the first n rows.
func Head(n int) Attack {
	return Attack{"head", func(t Table, _ *rand.Rand) Table {
		places := make([]int, min(n, len(t.Rows)))
		for i := range places {
			places[i] = i
		}
		return t.keep(places)
	}}
}

// AddIndex puts a running number before the columns, as data frames do.
func AddIndex() Attack {
	return Attack{"index column", func(t Table, _ *rand.Rand) Table {
		out := t
		if t.Header != nil {
			out.Header = append([]string{""}, t.Header...)
		}
		out.Names = append([]string{"#"}, t.Names...)
		out.Rows = make([][]string, len(t.Rows))
		for i, row := range t.Rows {
			out.Rows[i] = append([]string{itoa(i)}, row...)
		}
		return out
	}}
}

// PadColumns appends n empty columns.
func PadColumns(n int) Attack {
	return Attack{"empty columns", func(t Table, _ *rand.Rand) Table {
		blank := make([]string, n)
		out := t
		if t.Header != nil {
			out.Header = append(slices.Clone(t.Header), blank...)
		}
		out.Names = append(slices.Clone(t.Names), blank...)
		out.Rows = make([][]string, len(t.Rows))
		for i, row := range t.Rows {
			out.Rows[i] = append(slices.Clone(row), blank...)
		}
		return out
	}}
}

// HeaderInside repeats the header line in the middle, as pasting does.
func HeaderInside() Attack {
	return Attack{"header inside", func(t Table, _ *rand.Rand) Table {
		if t.Header == nil {
			return t
		}
		at := len(t.Rows) / 2
		out := t
		out.Rows = slices.Insert(slices.Clone(t.Rows), at, t.Header)
		out.Origin = slices.Insert(slices.Clone(t.Origin), at, Foreign)
		return out
	}}
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}
