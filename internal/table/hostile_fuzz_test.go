package table

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"telltale/internal/budget"
	"telltale/internal/material"
)

// seedSize is the longest file of the material that a fuzzer starts from.
const seedSize = 8 << 10

// drained is what can be had of a file.
type drained struct {
	tables, rows, bad, passed int
	cells                     [][]string // of the first table's beginning
	schema                    Schema     // the same
	err                       error      // of opening or of the last table
	ends                      []error    // of each table
}

// readThrough reads everything.
func readThrough(data []byte, o Options) (d drained) {
	f, err := NewFile("input", bytes.NewReader(data), o)
	if err != nil {
		return drained{err: err}
	}
	defer f.Close()
	for {
		r, err := f.Next()
		if err != nil {
			d.err, d.passed = err, len(f.Passed())
			return d
		}
		d.tables++
		if d.tables == 1 {
			d.schema = r.Schema()
		}
		d.ends = append(d.ends, d.table(r))
	}
}

func (d *drained) table(r Reader) error {
	for {
		row, err := r.Read()
		var bad *SyntaxError
		if errors.As(err, &bad) {
			d.bad++
		} else if err != nil {
			return err
		}
		d.rows++
		if d.tables == 1 && len(d.cells) < 1000 {
			d.cells = append(d.cells, row.Cells)
		}
	}
}

// typed reports whether err is one that callers can tell apart.
func typed(err error) bool {
	for _, known := range []error{io.EOF, ErrEmpty, ErrNotTable, ErrTruncated, ErrDamaged, ErrLimit} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

func checkDrain(t *testing.T, data []byte, o Options) drained {
	t.Helper()
	return checkExpanded(t, data, len(data), o)
}

// checkExpanded is checkDrain for an archive: of time it may take what its
// members, together expanded bytes long, may take.
func checkExpanded(t *testing.T, data []byte, expanded int, o Options) (d drained) {
	t.Helper()
	budget.Check(t, expanded, func() { d = readThrough(data, o) })
	for _, err := range append(d.ends, d.err) {
		if !typed(err) {
			t.Errorf("%.100q: %v is no error of this package", data, err)
		}
	}
	return d
}

// FuzzOpen opens anything: it must end within its budget, with a named error or
// a table that is written again as it was.
func FuzzOpen(f *testing.F) {
	plain := people(2000, "")
	for _, s := range [][]byte{plain, gzipped(plain), people(900, "'"), []byte("{\"a\":1}\n{\"a\":\"x\\u00e4\"}\n"), []byte("[{\"a\":[1,{}]},\n{\"b\":null}]"),
		[]byte("INSERT INTO t VALUES (1,'a'),(2,E'b\\'');"), []byte("COPY t (a,b) FROM stdin;\n1\t2\n\\.\n"), []byte("\xff\xfea\x00,\x00b\x00\n\x00"), []byte("PK\x03\x04"),
		[]byte("INSERT INTO t VALUES (1 1 1 1"), []byte("{\"a\n{\"a"), []byte("\"a\"\n\"")} {
		f.Add(s)
	}
	material.Seeds(f, seedSize, func(data []byte) { f.Add(data) }, "tabular_torture", "uk500_family", "spam/fbs_sms_zh", "cn_areas_chain")
	f.Fuzz(func(t *testing.T, data []byte) {
		data = budget.Grown(data)
		checkDrain(t, data, Options{})
		if out, s, end := again(data); end == io.EOF && s.Compression == "" && s.Encoding == "utf-8" && !bytes.Equal(out, data) {
			t.Fatalf("%q is written again as %q (%+v)", data, out, s)
		}
	})
}

// again writes the only table of data as it is read; end is io.EOF if that
// must give the same bytes.
func again(data []byte) (out []byte, s Schema, end error) {
	file, err := NewFile("input", bytes.NewReader(data), Options{})
	if err != nil {
		return nil, s, err
	}
	defer file.Close()
	r, err := file.Next()
	if err != nil {
		return nil, s, err
	}
	s = r.Schema()
	a, ok := NewAppender(s)
	if !ok {
		return nil, s, ErrNotTable
	}
	out = a.AppendHeader(nil)
	for sound := true; ; {
		row, err := r.Read()
		var bad *SyntaxError
		switch {
		case errors.As(err, &bad):
			sound = false
		case err != nil && !sound && s.Format != CSV:
			return out, s, ErrDamaged
		case err != nil:
			return out, s, err
		}
		out = a.AppendRow(out, row)
	}
}

// FuzzJSONLines holds the reader of JSON against encoding/json, where that
// takes every line for an object of plain values.
func FuzzJSONLines(f *testing.F) {
	f.Add([]byte("{\"a\":1,\"b\":\"x\\n\\u00e4\\ud83d\\ude00\"}\n{\"b\":null,\"a\":-1.5e3}\r\n\n{\"a\":true,\"b\":\"\"}"))
	f.Add([]byte("{\"a\":\"\\ud83d\"}\n{\"a\":\"\\u0000\"}\n{ \"a\" : 0.10 }\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d := checkDrain(t, data, Options{Format: JSONL, Encoding: "utf-8"})
		want, ok := jsonObjects(data)
		if !ok || d.tables == 0 {
			return
		}
		if d.rows != len(want) {
			t.Fatalf("%q: %d rows, want %d", data, d.rows, len(want))
		}
		for i, object := range want {
			for k, name := range d.schema.RawHeader {
				if got := d.cells[i][k]; got != object[name] {
					t.Fatalf("%q: row %d, %q: %q, want %q", data, i, name, got, object[name])
				}
			}
		}
	})
}

func jsonObjects(data []byte) (objects []map[string]string, ok bool) {
	if !utf8.Valid(data) || bytes.Count(data, []byte("\n")) > 900 || bytes.HasPrefix(data, []byte(bom)) {
		return nil, false
	}
	names := map[string]bool{}
	for line := range bytes.SplitSeq(data, []byte("\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var raw map[string]json.RawMessage
		if json.Unmarshal(line, &raw) != nil || bytes.Count(line, []byte(":")) != len(raw) || bytes.Contains(line, []byte("\r")) {
			return nil, false
		}
		object := map[string]string{}
		for name, value := range raw {
			var text string
			switch {
			case value[0] == '"' && json.Unmarshal(value, &text) == nil:
				object[name] = text
			case value[0] == '{' || value[0] == '[':
				return nil, false
			case string(value) != "null":
				object[name] = string(value)
			}
			if len(objects) > 0 && !names[name] {
				return nil, false
			}
			names[name] = true
		}
		objects = append(objects, object)
	}
	return objects, len(objects) > 0
}

// FuzzSQL writes two values into a dump, in the manner of each program, and
// reads them again.
func FuzzSQL(f *testing.F) {
	f.Add("O'Neil", "a\\'b\n;--")
	f.Add("\\N", "NULL")
	f.Add("/*x*/ it''s ", "\t\\.")
	f.Fuzz(func(t *testing.T, a, b string) {
		control := func(r rune) bool { return r != '\n' && r != '\t' && r != '\r' && !unicode.IsGraphic(r) }
		if !utf8.ValidString(a) || !utf8.ValidString(b) || strings.ContainsFunc(a+b, control) || len(a)+len(b) > 1<<16 {
			return // what holds control characters may be taken for noise
		}
		standard := strings.NewReplacer("'", "''")
		mysql := strings.NewReplacer("'", `\'`, `\`, `\\`, "\n", `\n`, "\r", `\r`)
		copied := strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)
		for name, dump := range map[string]string{
			"standard": fmt.Sprintf("SET standard_conforming_strings = on;\nINSERT INTO t (id, a, b) VALUES (1, '%s', '%s'),\n(2, 'x', NULL);\n", standard.Replace(a), standard.Replace(b)),
			"mysql":    fmt.Sprintf("INSERT INTO `t` (`id`, `a`, `b`) VALUES (1,'%s','%s'),(2,'x',NULL);\n", mysql.Replace(a), mysql.Replace(b)),
			"copy":     fmt.Sprintf("COPY t (id, a, b) FROM stdin;\n1\t%s\t%s\n2\tx\t\\N\n\\.\n", copied.Replace(a), copied.Replace(b)),
		} {
			d := checkDrain(t, []byte(dump), Options{Format: SQL, Encoding: "utf-8"})
			if want := [][]string{{"1", a, b}, {"2", "x", ""}}; d.bad != 0 || fmt.Sprintf("%q", d.cells) != fmt.Sprintf("%q", want) {
				t.Errorf("%s: %q gives %q, want %q (%v)", name, dump, d.cells, want, d.err)
			}
		}
	})
}

// FuzzArchive packs two files and cuts the archive: what is whole is read or
// passed over by name, each member counted once.
func FuzzArchive(f *testing.F) {
	f.Add("a.csv", []byte("name,city\nAnn,Bonn\nBob,Kiel\n"), "../../etc/passwd", []byte("name,city\nCid,Köln\n"), 0, false)
	f.Add("/abs.csv", []byte("a,b\n1,2\n"), "x\x1b[31m\u202e.csv", []byte("PK\x03\x04"), 40, true)
	f.Add("a", gzipped([]byte("a,b\n1,2\n")), "b", []byte{}, 3, true)
	f.Fuzz(func(t *testing.T, name1 string, data1 []byte, name2 string, data2 []byte, cut int, tarred bool) {
		packed := packZip
		if tarred {
			packed = packTar
		}
		data, ok := packed([]string{name1, name2}, [][]byte{data1, data2})
		if !ok {
			return
		}
		whole := cut <= 0 || cut >= len(data)
		if !whole {
			data = data[:len(data)-cut]
		}
		d := checkDrain(t, data, Options{})
		plain := compressionOf(&stream{r: bytes.NewReader(data1)}) == "" && compressionOf(&stream{r: bytes.NewReader(data2)}) == ""
		oneEach := !looksLikeSQL(string(data1)) && !looksLikeSQL(string(data2))
		if members := d.tables + d.passed; whole && plain && oneEach && d.tables > 0 && errors.Is(d.err, io.EOF) && members != 2 {
			t.Errorf("%d tables and %d passed over, want 2 members: %v", d.tables, d.passed, d.err)
		}
	})
}

func packZip(names []string, members [][]byte) ([]byte, bool) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i, name := range names {
		to, err := w.Create(name)
		if err != nil || strings.HasSuffix(name, "/") || name == "xl/workbook.xml" {
			return nil, false
		}
		to.Write(members[i])
	}
	return b.Bytes(), w.Close() == nil
}

func packTar(names []string, members [][]byte) ([]byte, bool) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i, name := range names {
		h := &tar.Header{Name: name, Size: int64(len(members[i])), Mode: 0o600, Typeflag: tar.TypeReg, Format: tar.FormatPAX}
		if w.WriteHeader(h) != nil || strings.HasSuffix(name, "/") {
			return nil, false
		}
		w.Write(members[i])
	}
	return b.Bytes(), w.Close() == nil
}

const (
	sheetHead    = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`
	sheetTail    = `</sheetData></worksheet>`
	bookPart     = `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`
	relsPart     = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`
	contentTypes = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>`
	rootRels     = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`
)

// workbookOf packs the parts of a workbook.
func workbookOf(t testing.TB, sheet, shared, styles []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, part := range []struct {
		name string
		data []byte
	}{{"[Content_Types].xml", []byte(contentTypes)}, {"_rels/.rels", []byte(rootRels)}, {"xl/workbook.xml", []byte(bookPart)},
		{"xl/_rels/workbook.xml.rels", []byte(relsPart)}, {"xl/worksheets/sheet1.xml", sheet}, {"xl/sharedStrings.xml", shared}, {"xl/styles.xml", styles}} {
		if part.data == nil {
			continue
		}
		to, err := w.Create(part.name)
		if err != nil {
			t.Fatal(err)
		}
		to.Write(part.data)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// FuzzWorkbook opens workbooks with any sheet, shared strings and styles.
func FuzzWorkbook(f *testing.F) {
	f.Add([]byte(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>city</t></is></c></row><row r="2"><c r="A2"><v>1.5</v></c><c r="B2" s="1"><v>45000</v></c></row>`),
		[]byte(`<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>name</t></si></sst>`),
		[]byte(`<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>`))
	f.Add([]byte(`<row r="1048576"><c r="XFD1048576"><v>1</v></c></row><row r="1"><c r="A0"><v>1</v></c><c r=""/></row>`), []byte(`<sst><si/></sst>`), []byte(`<styleSheet/>`))
	f.Add([]byte(`<row><c t="s"><v>-1</v></c><c t="s"><v>99999999999</v></c><c s="-1"><v>1e309</v></c></row>`), []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, rows, shared, styles []byte) {
		data := workbookOf(t, []byte(sheetHead+string(rows)+sheetTail), shared, styles)
		checkDrain(t, data, Options{})
	})
}
