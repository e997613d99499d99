package attack

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"math/rand/v2"
	"strings"
)

// Join puts the cells of the named columns, in that order and blank ones left
// out, into one cell at the place of the first; glue[i] stands before the cell
// i+1, the last glue before all further ones.
func Join(names []string, glue ...string) Attack {
	return Attack{"join " + strings.Join(names, "+"), func(t Table, _ *rand.Rand) Table {
		var from []int
		for _, n := range names {
			if c := t.Column(n); c >= 0 {
				from = append(from, c)
			}
		}
		if len(from) < 2 {
			return t
		}
		first := t.Names[from[0]]
		out := t.edit(func(row, c int, v string) string {
			if c != from[0] {
				return v
			}
			return joined(t.Rows[row], from, glue)
		})
		var gone []string
		for _, c := range from[1:] {
			gone = append(gone, t.Names[c])
		}
		out = Drop(gone...).Run(out, nil)
		if out.Header != nil {
			out.Header[out.Column(first)] = strings.Join(names, "_")
		}
		return out
	}}
}

func joined(row []string, from []int, glue []string) string {
	v := ""
	for i, c := range from {
		if c >= len(row) || row[c] == "" {
			continue
		}
		if v != "" {
			v += glue[min(i-1, len(glue)-1)]
		}
		v += row[c]
	}
	return v
}

// Combo leaves one column, the named ones joined by sep, as combo lists are
// traded: "email:phone:name".
func Combo(sep string, names ...string) Attack {
	a := Chain(Keep(names...), Join(names, sep), DropHeader())
	a.Name = "combo " + strings.Join(names, sep)
	return a
}

// SplitColumn cuts the cells of a column at the first sep into two columns.
func SplitColumn(name, sep string) Attack {
	return Attack{"split " + name, func(t Table, _ *rand.Rand) Table {
		c := t.Column(name)
		if c < 0 {
			return t
		}
		places := make([]int, 0, len(t.Names)+1)
		for i := range t.Names {
			places = append(places, i)
			if i == c {
				places = append(places, i)
			}
		}
		out := t.columns(places)
		out.Names[c+1] = name + " 2"
		if out.Header != nil {
			out.Header[c], out.Header[c+1] = out.Header[c]+"_1", out.Header[c+1]+"_2"
		}
		return out.edit(func(row, col int, v string) string {
			head, tail, _ := strings.Cut(v, sep)
			switch col {
			case c:
				return head
			case c + 1:
				return tail
			}
			return v
		})
	}}
}

// CountryCode writes phones that begin with a zero with a country code.
func CountryCode(code string, columns ...string) Attack {
	return Attack{"phones with " + code, editColumns(columns, func(v string, _ *rand.Rand) string {
		if d := digits(v); strings.HasPrefix(d, "0") {
			return code + d[1:]
		}
		return v
	})}
}

// Hashed replaces the cells of the named columns by their digests. algorithm is
// "md5", "sha1" or "sha256", encoding "hex", "HEX" or "base64", and form makes
// of a cell what is hashed; nil takes it in lower case.
func Hashed(algorithm, encoding string, form func(string) string, columns ...string) Attack {
	if form == nil {
		form = strings.ToLower
	}
	return Attack{fmt.Sprintf("%s %s", algorithm, encoding), editColumns(columns, func(v string, _ *rand.Rand) string {
		if v == "" {
			return v
		}
		h := newHash(algorithm)
		h.Write([]byte(form(v)))
		switch sum := h.Sum(nil); encoding {
		case "base64":
			return base64.StdEncoding.EncodeToString(sum)
		case "HEX":
			return strings.ToUpper(hex.EncodeToString(sum))
		default:
			return hex.EncodeToString(sum)
		}
	})}
}

func newHash(name string) hash.Hash {
	switch name {
	case "md5":
		return md5.New()
	case "sha1":
		return sha1.New()
	}
	return sha256.New()
}
