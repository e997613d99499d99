package attack

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// Round rounds the numbers of the named columns (all columns if none) to
// decimals places; negative ones round to tens and hundreds.
func Round(decimals int, columns ...string) Attack {
	return Attack{fmt.Sprintf("round to %d decimals", decimals), editColumns(columns, func(v string, _ *rand.Rand) string {
		x, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
			return v
		}
		scale := math.Pow(10, float64(decimals))
		return strconv.FormatFloat(math.Round(x*scale)/scale, 'f', max(decimals, 0), 64)
	})}
}

// Thousands writes numbers of four digits and more with separators.
func Thousands(columns ...string) Attack {
	return Attack{"thousands separators", editColumns(columns, func(v string, _ *rand.Rand) string {
		if _, err := strconv.ParseFloat(v, 64); err != nil || strings.HasPrefix(v, "0") || strings.ContainsAny(v, "eExX+") {
			return v
		}
		whole, rest, dot := strings.Cut(v, ".")
		for i := len(whole) - 3; i > 0 && whole[i-1] != '-'; i -= 3 {
			whole = whole[:i] + "," + whole[i:]
		}
		if dot {
			return whole + "." + rest
		}
		return whole
	})}
}

// PhoneDigits keeps only the digits of the named columns.
func PhoneDigits(columns ...string) Attack {
	return Attack{"phones as digits", editColumns(columns, func(v string, _ *rand.Rand) string { return digits(v) })}
}

// PhoneSpaces writes the digits of the named columns in groups of n.
func PhoneSpaces(n int, columns ...string) Attack {
	return Attack{"phones with blanks", editColumns(columns, func(v string, _ *rand.Rand) string {
		var b strings.Builder
		for i, c := range digits(v) {
			if i > 0 && i%n == 0 {
				b.WriteByte(' ')
			}
			b.WriteRune(c)
		}
		return b.String()
	})}
}

// EatZeros drops leading zeros, as spreadsheets do.
func EatZeros(columns ...string) Attack {
	return Attack{"leading zeros eaten", editColumns(columns, func(v string, _ *rand.Rand) string {
		if digits(v) != v || v == "" {
			return v
		}
		if w := strings.TrimLeft(v, "0"); w != "" {
			return w
		}
		return "0"
	})}
}

func digits(v string) string {
	return strings.Map(func(c rune) rune {
		if c < '0' || c > '9' {
			return -1
		}
		return c
	}, v)
}

// Dates writes dates of the ISO form in another layout of package time.
func Dates(layout string, columns ...string) Attack {
	return Attack{"dates as " + layout, editColumns(columns, func(v string, _ *rand.Rand) string {
		for _, l := range []string{time.DateOnly, time.DateTime, time.RFC3339} {
			if t, err := time.Parse(l, v); err == nil {
				return t.Format(layout)
			}
		}
		return v
	})}
}

// Upper writes everything in upper case.
func Upper(columns ...string) Attack {
	return Attack{"upper case", editColumns(columns, func(v string, _ *rand.Rand) string { return strings.ToUpper(v) })}
}

// Lower writes everything in lower case.
func Lower(columns ...string) Attack {
	return Attack{"lower case", editColumns(columns, func(v string, _ *rand.Rand) string { return strings.ToLower(v) })}
}

// FullWidth writes ASCII characters in their full-width forms.
func FullWidth(columns ...string) Attack {
	return Attack{"full width", editColumns(columns, func(v string, _ *rand.Rand) string {
		return strings.Map(func(c rune) rune {
			if c > ' ' && c < 0x7f {
				return c + 0xfee0
			}
			return c
		}, v)
	})}
}

// Pad puts blanks around cells.
func Pad(columns ...string) Attack {
	return Attack{"pad with blanks", editColumns(columns, func(v string, _ *rand.Rand) string { return " " + v + "  " })}
}

// Edit changes each cell with probability rate: a digit or letter becomes
// another one.
func Edit(rate float64, columns ...string) Attack {
	return Attack{"edit " + percent(rate), editColumns(columns, func(v string, r *rand.Rand) string {
		if v == "" || r.Float64() >= rate {
			return v
		}
		return retype(v, r)
	})}
}

// retype changes one character of v.
func retype(v string, r *rand.Rand) string {
	c := []rune(v)
	i := r.IntN(len(c))
	for range c {
		if c[i] != ' ' {
			break
		}
		i = (i + 1) % len(c)
	}
	if c[i] >= '0' && c[i] <= '9' {
		c[i] = '0' + (c[i]-'0'+1+rune(r.IntN(9)))%10
	} else {
		c[i] = 'a' + (c[i]+1+rune(r.IntN(25)))%26
	}
	return string(c)
}

// Alter replaces each cell, with probability rate, by one of another row of
// the same column.
func Alter(rate float64, columns ...string) Attack {
	return Attack{"alter " + percent(rate), func(t Table, r *rand.Rand) Table {
		return t.edit(func(_, c int, v string) string {
			if c >= len(t.Names) || len(columns) > 0 && !contains(columns, t.Names[c]) || r.Float64() >= rate {
				return v
			}
			if row := t.Rows[r.IntN(len(t.Rows))]; c < len(row) {
				return row[c]
			}
			return v
		})
	}}
}

// Blank empties each cell with probability rate.
func Blank(rate float64, columns ...string) Attack {
	return Attack{"blank " + percent(rate), editColumns(columns, func(v string, r *rand.Rand) string {
		if r.Float64() < rate {
			return ""
		}
		return v
	})}
}

// Without deletes a letter throughout.
func Without(letter string, columns ...string) Attack {
	return Attack{"delete letter " + letter, editColumns(columns, func(v string, _ *rand.Rand) string { return strings.ReplaceAll(v, letter, "") })}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
