package attack

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// Version is one real copy of a table, and the edits that made it.
type Version struct {
	File    string // as it is called in the test material
	Attack  Attack
	Dialect Dialect
}

// Family lists the edits that real people made to one public contact table
// (Brian Dunning's uk-500) before they put it into their repositories. They
// were found by comparing the files with the original download; applied to
// it, they give the files again.
func Family() []Version {
	quoted := Dialect{QuoteAll: true}
	old := Dialect{QuoteAll: true, LineEnd: "\r"}
	return []Version{
		{"kiennguyenquoc_data-orginal.csv", Attack{"saved again", func(t Table, _ *rand.Rand) Table { return t }}, quoted},
		{"univocity.csv", Chain(Ending("web", 6, ".co.uk", ".de"), Ending("web", 10, ".co.uk", ".com")), old},
		{"underq.csv", CamelCase(), quoted},
		{"surfpeter_head_only.csv", Chain(Head(2), Append("test")), old},
		{"markmbadham.csv", Chain(PasteSorted("county", 1./3), Label("Respondent", 100, count), Label("Survey", 100, survey)), Dialect{LineEnd: "\r\n"}},
		{"kiennguyenquoc_data.csv", Chain(DropHeader(), Pieces(12, 16, 0, -1, 0, -1)), Dialect{QuoteAll: true, NoFinalEnd: true}},
		{"kiennguyenquoc_uk-500.csv", Chain(DropHeader(), Repeat(3)), quoted},
		{"kiennguyenquoc_ca-500.csv", Chain(DropHeader(), Pieces(0, 3, 0, -1, 0, -1)), quoted},
	}
}

func count(_, within int) string { return strconv.Itoa(within + 1) }

func survey(block, _ int) string {
	months := []string{"Mar2017", "Sep2017", "Sep2018", "Sep2016", "Sep2019"}
	return "Survey" + months[block%len(months)]
}

// Head keeps the first n rows.
func Head(n int) Attack {
	return Attack{fmt.Sprintf("first %d rows", n), func(t Table, _ *rand.Rand) Table { return Pieces(0, n).Run(t, nil) }}
}

// Pieces puts runs of rows one after the other: from, to (exclusive, -1 for the
// end), from, to, and so on, as files grow by pasting.
func Pieces(bounds ...int) Attack {
	return Attack{fmt.Sprintf("pieces %v", bounds), func(t Table, _ *rand.Rand) Table {
		var places []int
		for i := 0; i+1 < len(bounds); i += 2 {
			end := bounds[i+1]
			if end < 0 {
				end = len(t.Rows)
			}
			for k := bounds[i]; k < min(end, len(t.Rows)); k++ {
				places = append(places, k)
			}
		}
		return t.keep(places)
	}}
}

// Label puts a column before the others: its cells are given by the number of
// the block of every rows that a row is in, and by the place within.
func Label(header string, every int, cell func(block, within int) string) Attack {
	return Attack{"column " + header + " in front", func(t Table, _ *rand.Rand) Table {
		return t.insert(0, header, func(row int) string { return cell(row/every, row%every) })
	}}
}

// AddIndex puts a running number before the columns, as data frames do.
func AddIndex() Attack {
	return Attack{"index column", func(t Table, _ *rand.Rand) Table { return t.insert(0, "", strconv.Itoa) }}
}

// Append adds an empty column.
func Append(header string) Attack {
	return Attack{"column " + header + " behind", func(t Table, _ *rand.Rand) Table {
		return t.insert(len(t.Names), header, func(int) string { return "" })
	}}
}

// PadColumns appends n empty columns.
func PadColumns(n int) Attack {
	list := make([]Attack, n)
	for i := range list {
		list[i] = Append("")
	}
	return Attack{"empty columns", Chain(list...).Run}
}

// insert puts a new column at a place.
func (t Table) insert(at int, header string, cell func(row int) string) Table {
	out := t
	if t.Header != nil {
		out.Header = slices.Insert(slices.Clone(t.Header), at, header)
	}
	out.Names = slices.Insert(slices.Clone(t.Names), at, header)
	out.Rows = make([][]string, len(t.Rows))
	for i, row := range t.Rows {
		out.Rows[i] = slices.Insert(slices.Clone(row), min(at, len(row)), cell(i))
	}
	return out
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

// CamelCase writes the header as programmers do: first_name as firstName, and
// company_name as companyName.
func CamelCase() Attack {
	return Attack{"header in camel case", func(t Table, _ *rand.Rand) Table {
		out := t
		out.Header = slices.Clone(t.Header)
		for c, h := range out.Header {
			words := strings.FieldsFunc(h, func(r rune) bool { return r == '_' || r == ' ' })
			for i, w := range words {
				if i > 0 {
					words[i] = strings.ToUpper(w[:1]) + w[1:]
				}
			}
			out.Header[c] = strings.Join(words, "")
		}
		return out
	}}
}

// Ending exchanges the ending of one cell, if it has that ending.
func Ending(column string, row int, from, to string) Attack {
	return Attack{fmt.Sprintf("%s of row %d ends in %s", column, row, to), func(t Table, _ *rand.Rand) Table {
		c := t.Column(column)
		return t.edit(func(i, k int, v string) string {
			if i == row && k == c && strings.HasSuffix(v, from) {
				return strings.TrimSuffix(v, from) + to
			}
			return v
		})
	}}
}

// PasteSorted overwrites a column by sorted runs of a share of its own values,
// as when a list is filled down beside rows that it has nothing to do with.
func PasteSorted(column string, share float64) Attack {
	return Attack{"sorted values pasted over " + column, func(t Table, r *rand.Rand) Table {
		c := t.Column(column)
		if c < 0 {
			return t
		}
		var values []string
		for _, row := range t.Rows {
			values = append(values, row[c])
		}
		slices.Sort(values)
		values = slices.Compact(values)
		keep := r.Perm(len(values))[:max(1, int(share*float64(len(values))))]
		slices.Sort(keep)
		return t.edit(func(i, k int, v string) string {
			if k == c {
				return values[keep[i%len(keep)]]
			}
			return v
		})
	}}
}
