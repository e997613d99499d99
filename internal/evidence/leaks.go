package evidence

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/internal/identity"
	"telltale/internal/table"
)

// leaks compares files with what the bundle says of them.
func (v *verification) leaks() {
	for _, path := range v.options.Leaks {
		detail, err := v.leak(path)
		v.check("leak "+path, err, "%s", detail)
	}
}

func (v *verification) leak(path string) (string, error) {
	digest, err := FileDigest(path)
	if err != nil {
		return "", err
	}
	at := slices.IndexFunc(v.b.Inputs, func(in Input) bool { return in.SHA256 == digest })
	if at < 0 {
		return "", fmt.Errorf("%s: no input of the bundle has its SHA-256, %s", path, digest)
	}
	if v.b.Inputs[at].Rows == 0 {
		return "its SHA-256 is that of an input", nil
	}
	return v.rowsOf(path, at)
}

// FileDigest is the SHA-256 of a file, in hexadecimal.
func FileDigest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return fmt.Sprintf("%x", h.Sum(nil)), err
}

// rowsOf checks that the rows of a file hold the cells that the bundle says
// they do, and that there are as many.
func (v *verification) rowsOf(path string, input int) (string, error) {
	want := map[int64]Leaked{}
	for _, l := range v.b.Leak {
		if l.Input == input {
			want[l.Row] = l
		}
	}
	f, err := table.Open(path, table.Options{})
	if err != nil {
		return "", err
	}
	defer f.Close()
	number, found := int64(0), len(want)
	planted, err := v.plantedIn()
	if err != nil {
		return "", err
	}
	err = eachRow(f, func(cells []string) error {
		number++
		planted.look(cells)
		if l, ok := want[number]; ok {
			delete(want, number)
			return holds(path, number, cells, l)
		}
		return nil
	})
	if err == nil && number != v.b.Inputs[input].Rows {
		err = fmt.Errorf("%s: it has %d rows, %d are stated", path, number, v.b.Inputs[input].Rows)
	}
	if err == nil && len(want) > 0 {
		err = fmt.Errorf("%s: %d rows of the bundle are not in it", path, len(want))
	}
	detail := fmt.Sprintf("its SHA-256 is that of an input, and its %d rows hold the cells that are stated of %d", number, found)
	if len(planted.hits) > 0 {
		detail += fmt.Sprintf("; %d of the %d canaries stand in rows of it", planted.found, len(planted.hits))
	}
	return detail, err
}

// holds tells whether a row holds what the bundle shows of it. Rows that lost a
// quote were put right before they were read, so only letters and digits are
// compared, in their order.
func holds(path string, row int64, cells []string, l Leaked) error {
	all := bare(strings.Join(cells, ""))
	shown := make([]string, 0, len(l.Identities)+len(l.Marks))
	for _, x := range l.Identities {
		shown = append(shown, x.Cell)
	}
	for _, m := range l.Marks {
		shown = append(shown, m.Cell)
	}
	for _, cell := range shown {
		if !slices.Contains(cells, cell) && !strings.Contains(all, bare(cell)) {
			return fmt.Errorf("%s, row %d: it does not hold a cell that the bundle shows", path, row)
		}
	}
	return nil
}

func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

// eachRow reads all rows of all tables of a file in the order and with the
// count in which match reads them.
func eachRow(f *table.File, each func(cells []string) error) error {
	for {
		t, err := f.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for {
			row, err := t.Read()
			var bad *table.SyntaxError
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil && !errors.As(err, &bad) {
				return err
			}
			if bad != nil || len(row.Cells) > 0 {
				if err := each(row.Cells); err != nil {
					return err
				}
			}
		}
	}
}

// planted looks for the canaries of hits in rows.
type planted struct {
	locale string
	hits   []plantedHit
	found  int
}

type plantedHit struct {
	parts []plantedPart
	found bool
}

type plantedPart struct {
	kind  identity.Kind
	value string
}

// plantedIn lists the identities by which canaries were seen in files.
func (v *verification) plantedIn() (*planted, error) {
	scheme, err := v.b.scheme()
	out := &planted{locale: scheme.Locale}
	for _, h := range v.b.Hits {
		c, err := v.b.canary(h.Of)
		if err != nil {
			return nil, err
		}
		if h.Message || len(h.Identities) == 0 {
			continue
		}
		out.hits = append(out.hits, plantedHit{parts: partsOf(scheme, c.Identities[h.Identities[0]])})
	}
	return out, err
}

func partsOf(scheme fingerprint.Scheme, id canary.Identity) []plantedPart {
	values := strings.Split(id.Value, canary.Separator)
	if len(values) != len(id.Columns) || len(values) == 1 {
		return []plantedPart{{id.Kind, id.Value}}
	}
	var parts []plantedPart
	for i, column := range id.Columns {
		if column >= 0 && column < len(scheme.Columns) {
			parts = append(parts, plantedPart{scheme.Columns[column].Kind, values[i]})
		}
	}
	return parts
}

func (p *planted) look(cells []string) {
	for i := range p.hits {
		if h := &p.hits[i]; !h.found && h.in(cells, p.locale) {
			h.found = true
			p.found++
		}
	}
}

func (h *plantedHit) in(cells []string, locale string) bool {
	for _, part := range h.parts {
		if !slices.ContainsFunc(cells, func(cell string) bool {
			v, ok := identity.Canonical(part.kind, cell, locale)
			return ok && v == part.value
		}) {
			return false
		}
	}
	return true
}
