package table

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Bounds on a workbook, in bytes, but for sparse, which counts cells.
const (
	workbookXML  = 4 << 30  // that its parts may expand to
	workbookHeld = 8 << 20  // of parts that are held in memory, and four times the file
	sheetHeld    = 4 << 20  // of a sheet, or of the strings; what is longer goes through a temporary file
	formatCode   = 1 << 10  // of one format of numbers; Excel allows 255 characters
	sparse       = 4 << 20  // empty cells of a sheet, and 16 for each that is not
	cellText     = 32 << 20 // of all cells of a sheet, and 64 times what it expands to
)

// workbook gives the sheets of an XLSX file as tables.
type workbook struct {
	f      *File
	base   Schema
	book   *excelize.File
	zip    *zip.Reader
	parts  map[string]string // sheet name to its part
	sheets []string
	given  map[string]bool // parts that were opened: two sheets of one part are one
	now    *sheetReader
}

func (f *File) openWorkbook(m *member, b *workbookBytes) (tableSet, error) {
	if f.o.Format != "" && f.o.Format != XLSX {
		return nil, fmt.Errorf("%s: is a workbook, not %s: %w", f.label(m.name), f.o.Format, ErrNotTable)
	}
	z, err := zip.NewReader(b.ReaderAt, b.size)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.label(m.name), archiveError(err))
	}
	if err := f.guardWorkbook(z, b.size); err != nil {
		return nil, fmt.Errorf("%s: %w", f.label(m.name), err)
	}
	book, err := excelize.OpenReader(io.NewSectionReader(b.ReaderAt, 0, b.size), excelize.Options{UnzipSizeLimit: workbookXML, UnzipXMLSizeLimit: sheetHeld})
	if err != nil {
		return nil, fmt.Errorf("%s: workbook cannot be read: %v: %w", f.label(m.name), err, ErrNotTable)
	}
	base := Schema{Format: XLSX, Encoding: "utf-8", Quote: NoQuote, Delimiter: NoDelimiter, Compression: m.compression}
	if f.inArchive() {
		base.Name = m.name
	}
	return &workbook{f: f, base: base, book: book, zip: z, parts: sheetParts(z), sheets: book.GetSheetList(), given: map[string]bool{}}, nil
}

func (w *workbook) close() {
	w.closeSheet()
	w.book.Close()
}

func (w *workbook) closeSheet() {
	if w.now != nil {
		w.now.close()
		w.now = nil
	}
}

// next goes to the next sheet that holds rows.
func (w *workbook) next() (Reader, error) {
	w.closeSheet()
	for len(w.sheets) > 0 {
		name := w.sheets[0]
		w.sheets = w.sheets[1:]
		if part := w.parts[name]; part != "" && w.given[part] {
			continue
		}
		w.given[w.parts[name]] = true
		r, err := w.sheet(name)
		if err != nil {
			if errors.Is(err, ErrLimit) {
				return nil, fmt.Errorf("%s: sheet %q: %w; save it as CSV", w.f.name, name, err)
			}
			return nil, fmt.Errorf("%s: sheet %q: %v: %w", w.f.name, name, err, ErrNotTable)
		}
		if r != nil {
			w.now = r
			return r, nil
		}
	}
	if w.f.found == 0 && !w.f.inArchive() {
		return nil, fmt.Errorf("%s: workbook holds no rows: %w", w.f.name, ErrEmpty)
	}
	return nil, io.EOF
}

// sheetReader reads a sheet twice at once, for values as stored and as shown,
// and its part once more for the kinds of cells.
type sheetReader struct {
	schema Schema
	file   string
	raw    *excelize.Rows
	shown  *excelize.Rows
	kinds  *kindScanner
	number int64 // of the row last read
	ahead  []Row
	ended  error
	room   room
}

const sheetSample = 300

func (w *workbook) sheet(name string) (*sheetReader, error) {
	if err := guardCells(w.zip, w.parts[name]); err != nil {
		return nil, err
	}
	raw, err := w.book.Rows(name)
	if err != nil {
		if strings.Contains(err.Error(), "not a worksheet") {
			return nil, nil // a chart
		}
		return nil, err
	}
	shown, err := w.book.Rows(name)
	if err != nil {
		raw.Close()
		return nil, err
	}
	r := &sheetReader{schema: w.base, file: w.f.name, raw: raw, shown: shown, kinds: openKinds(w.zip, w.parts[name]), room: roomOf(w.zip, w.parts[name])}
	r.schema.Name = name
	if w.base.Name != "" {
		r.schema.Name = w.base.Name + ": " + name
	}
	for len(r.ahead) < sheetSample && r.ended == nil {
		row, err := r.read()
		if err != nil {
			r.ended = err
			break
		}
		r.ahead = append(r.ahead, row)
	}
	if len(r.ahead) == 0 {
		ended := r.ended
		r.close()
		if ended == io.EOF {
			return nil, nil
		}
		return nil, ended
	}
	r.layOut(w.f)
	return r, nil
}

// layOut finds the header and the columns.
func (r *sheetReader) layOut(f *File) {
	width := 0
	for _, row := range r.ahead {
		width = max(width, len(row.Cells))
	}
	for i := range r.ahead {
		r.ahead[i].Cells = widen(r.ahead[i].Cells, width)
	}
	at, header := f.findHeader(r.ahead, width)
	var names []string
	if header {
		names = r.ahead[at].Cells
		r.schema.Header, r.schema.RawHeader, r.schema.Skipped = true, names, at
		r.ahead = r.ahead[at+1:]
	}
	r.schema.Columns = uniqueNames(names, width)
	r.schema.QuotedColumns, _ = quotingHabit(r.ahead, width)
}

func widen(cells []string, width int) []string {
	for len(cells) < width {
		cells = append(cells, "")
	}
	return cells
}

func (r *sheetReader) Schema() Schema { return r.schema }

func (r *sheetReader) Read() (Row, error) {
	if len(r.ahead) > 0 {
		row := r.ahead[0]
		r.ahead = r.ahead[1:]
		return row, nil
	}
	if r.ended != nil {
		return Row{}, r.ended
	}
	row, err := r.read()
	if err != nil {
		r.ended = err
		return Row{}, err
	}
	want := len(r.schema.Columns)
	if n := len(row.Cells); n > want {
		return row, &SyntaxError{File: r.file, Table: r.schema.Name, Line: row.Line,
			Msg: fmt.Sprintf("row has %s, want %d", plural(n, "cell"), want)}
	}
	row.Cells = widen(row.Cells, want)
	return row, nil
}

// read reads the next row that is not empty.
func (r *sheetReader) read() (Row, error) {
	for r.raw.Next() {
		r.number++
		shownNext := r.shown.Next()
		cells, err := r.raw.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return Row{}, fmt.Errorf("%w: row %d: %v", ErrDamaged, r.number, err)
		}
		if err := r.room.take(cells); err != nil {
			return Row{}, fmt.Errorf("row %d: %w", r.number, err)
		}
		var shown []string
		if shownNext {
			shown, _ = r.shown.Columns()
		}
		if strings.Join(cells, "") == "" {
			continue
		}
		row := Row{Line: r.number, Cells: cells, Quoted: r.kinds.row(r.number, len(cells))}
		for i, c := range cells {
			if i < len(shown) && !row.IsQuoted(i) && kindOf(c) == kindNumber && kindOf(shown[i]) == kindDate {
				row.Cells[i] = shown[i]
			}
		}
		return row, nil
	}
	if err := r.raw.Error(); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return Row{}, fmt.Errorf("sheet is %w", ErrTruncated)
		}
		return Row{}, fmt.Errorf("%w: %v", ErrDamaged, err)
	}
	if row := r.kinds.disorder(); row > 0 {
		return Row{}, fmt.Errorf("%w: a second row %d: rows of the sheet do not stand in order, and some were not read", ErrDamaged, row)
	}
	return Row{}, io.EOF
}

func (r *sheetReader) close() {
	r.raw.Close()
	r.shown.Close()
	r.kinds.close()
	r.ended, r.ahead = errClosed, nil
}

// sheetParts maps the names of sheets to their parts in the archive.
func sheetParts(z *zip.Reader) map[string]string {
	var book struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
			ID   string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	var rels struct {
		Relationship []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		}
	}
	readPart(z, "xl/workbook.xml", &book)
	readPart(z, "xl/_rels/workbook.xml.rels", &rels)
	targets := map[string]string{}
	for _, r := range rels.Relationship {
		if strings.HasPrefix(r.Target, "/") {
			targets[r.ID] = strings.TrimPrefix(r.Target, "/")
		} else {
			targets[r.ID] = path.Join("xl", r.Target)
		}
	}
	parts := map[string]string{}
	for _, s := range book.Sheets {
		parts[s.Name] = targets[s.ID]
	}
	return parts
}

func readPart(z *zip.Reader, name string, v any) {
	r, err := z.Open(name)
	if err != nil {
		return
	}
	defer r.Close()
	_ = xml.NewDecoder(io.LimitReader(r, 16<<20)).Decode(v) // what is missing costs only the kinds
}

// columnNumber returns the column of a cell reference such as "AB12", from 0.
func columnNumber(ref string) int {
	n := 0
	for i := 0; i < len(ref) && ref[i] >= 'A' && ref[i] <= 'Z' && n < 1<<20; i++ {
		n = n*26 + int(ref[i]-'A') + 1
	}
	return n - 1
}

func atoi(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}
