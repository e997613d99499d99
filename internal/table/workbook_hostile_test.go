package table

import (
	"fmt"
	"strings"
	"testing"
)

// grown is size bytes of pieces.
func grown(size int, piece func(i int) string) []byte {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		b.WriteString(piece(i))
	}
	return []byte(b.String())
}

const plainStyles = `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="200" formatCode="%s"/></numFmts><cellXfs count="2"><xf/><xf numFmtId="200" applyNumberFormat="1"/></cellXfs></styleSheet>`

// TestWorkbookTraps: what a workbook of some kilobytes expands to is bounded in
// time and memory.
func TestWorkbookTraps(t *testing.T) {
	sheet := func(rows []byte) []byte { return []byte(sheetHead + string(rows) + sheetTail) }
	shared := func(si []byte) []byte {
		return []byte(`<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` + string(si) + `</sst>`)
	}
	few := sheet([]byte(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>45000.5</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2" s="1"><v>45001.5</v></c></row>`))
	one := shared([]byte(`<si><t>name</t></si><si><t>Ann</t></si>`))
	for _, c := range []struct {
		name, want            string
		sheet, shared, styles []byte
	}{
		{"cells far to the right", "nearly all cells of the sheet are empty", sheet(grown(1_000_000, func(i int) string { return fmt.Sprintf(`<row r="%d"><c r="XFD%d"><v>1</v></c></row>`, i+1, i+1) })), one, nil},
		{"rows far below", "maximum limit", sheet(grown(10_000, func(i int) string {
			return fmt.Sprintf(`<row r="%d"><c r="A%d"><v>1</v></c></row>`, i*10_000+1, i*10_000+1)
		})), one, nil},
		{"cells before one another", "", sheet(append([]byte(`<row r="1">`), grown(1_000_000, func(i int) string { return `<c r="A1"><v>1</v></c>` })...)), one, nil},
		{"rows of one number", "do not stand in order", sheet(grown(1_000_000, func(i int) string { return `<row r="1"><c><v>1</v></c></row>` })), one, nil},
		{"empty cells", "no rows", sheet(append([]byte(`<row r="1">`), grown(1_000_000, func(i int) string { return `<c/>` })...)), one, nil},
		{"nested tags", "no rows", sheet(grown(1_000_000, func(i int) string { return `<row><c>` })), one, nil},
		{"many shared strings", "", few, shared(grown(6_000_000, func(i int) string { return `<si><t>a</t></si>` })), nil},
		{"one long shared string", "longer than", few, shared([]byte(`<si><t>` + strings.Repeat("a", 60_000_000) + `</t></si>`)), nil},
		{"a sheet that expands", "", sheet(grown(60_000_000, func(i int) string {
			return `<row><c t="inlineStr"><is><t>` + strings.Repeat("a", 1000) + `</t></is></c></row>`
		})), one, nil},
		{"a cell that expands", "longer than", sheet([]byte(`<row><c t="inlineStr"><is><t>` + strings.Repeat("a", 60_000_000) + `</t></is></c></row>`)), one, nil},
		{"a cell of many pieces", "longer than", sheet([]byte(`<row><c t="inlineStr"><is>` + strings.Repeat(`<r><t><![CDATA[</c>]]>a</t><!-- <c> --></r>`, 40_000) + `</is></c></row>`)), one, nil},
		{"styles", "besides the long sheets", few, one, []byte(`<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs>` + strings.Repeat(`<xf numFmtId="14"><alignment/></xf>`, 1_700_000) + `</cellXfs></styleSheet>`)},
		{"a long format of numbers", "a format of numbers", sheet(grown(200_000, func(i int) string { return `<row><c s="1"><v>45000</v></c></row>` })), one, fmt.Appendf(nil, plainStyles, strings.Repeat("yyyy-", 200_000))},
		{"long shared strings in many cells", "same strings", sheet(grown(1_000_000, func(i int) string { return `<row><c t="s"><v>0</v></c></row>` })), shared([]byte(`<si><t>` + strings.Repeat("a", 900_000) + `</t></si>`)), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := workbookOf(t, c.sheet, c.shared, c.styles)
			d := checkExpanded(t, data, len(c.sheet)+len(c.shared)+len(c.styles), Options{})
			if ends := fmt.Sprint(d.err, d.ends); c.want == "" && d.tables != 1 || !strings.Contains(ends, c.want) {
				t.Errorf("%d bytes: %d tables, %d rows, %s, want %q", len(data), d.tables, d.rows, ends, c.want)
			}
		})
	}
}
