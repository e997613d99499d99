package cli

import (
	"strings"

	"telltale/fingerprint"
	"telltale/internal/table"
)

// tableOf is a file that holds a dataset's table.
type tableOf struct {
	*table.File
	reader  table.Reader
	columns []int // where the scheme's columns stand in the file; nil: as in the scheme
}

// openTableOf opens the table of a dataset and says what was detected.
func (p *program) openTableOf(s fingerprint.Scheme, name string, o table.Options) (*tableOf, error) {
	f, err := p.openTable(name, o)
	if err != nil {
		return nil, err
	}
	t := &tableOf{File: f}
	if t.reader, err = oneTable(name, f); err == nil {
		p.remark("%s: %s", name, describeInput(t.reader.Schema()))
		t.columns, err = mapColumns(name, t.reader.Schema().Columns, s.Columns)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return t, nil
}

// cells are a row's cells in the order of the scheme.
func (t *tableOf) cells(row table.Row) []string {
	if t.columns == nil {
		return row.Cells
	}
	out := make([]string, len(t.columns))
	for i, at := range t.columns {
		out[i] = row.Cells[at]
	}
	return out
}

// mapColumns finds the scheme's columns in the file; nil means that they stand
// in the same order.
func mapColumns(name string, have []string, want []fingerprint.Column) ([]int, error) {
	at := map[string]int{}
	for i, h := range have {
		at[h] = i
	}
	var columns []int
	same := len(have) == len(want)
	for i, w := range want {
		k, ok := at[w.Name]
		if !ok {
			return nil, inputError("the file has: "+strings.Join(have, ", "), "%s: the dataset's column %q is not there", name, w.Name)
		}
		delete(at, w.Name)
		columns = append(columns, k)
		same = same && k == i
	}
	for i, h := range have {
		if _, extra := at[h]; extra {
			return nil, inputError("leave it out, or register the new form as a dataset of its own", "%s, column %d: the dataset has no column %q", name, i+1, h)
		}
	}
	if same {
		return nil, nil
	}
	return columns, nil
}
