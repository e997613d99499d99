package attack

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// Dialect is how a thief writes a table down.
type Dialect struct {
	Delimiter rune   // 0: comma
	LineEnd   string // "\n", "\r\n" or "\r"; "": "\n"
	Encoding  string // one of Encodings; "": utf-8
	QuoteAll  bool
	NoQuotes  bool // cells are written bare: lines may break
	// NoFinalEnd leaves out the line end of the last row.
	NoFinalEnd bool
}

// Encodings that Write knows.
func Encodings() []string {
	return []string{"utf-8", "utf-8-bom", "utf-16le", "utf-16be", "windows-1252", "gb18030", "big5", "shift-jis"}
}

// Write writes the table. Characters without a place in the encoding are
// replaced, as a spreadsheet does it.
func (t Table) Write(w io.Writer, d Dialect) error {
	enc, err := encoder(d.Encoding)
	if err != nil {
		return err
	}
	if d.Encoding == "utf-8-bom" {
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return err
		}
	}
	text, err := t.text(d)
	if err != nil {
		return err
	}
	if d.NoFinalEnd {
		text = strings.TrimSuffix(text, d.end())
	}
	if enc != nil {
		if text, err = encoding.ReplaceUnsupported(enc.NewEncoder()).String(text); err != nil {
			return err
		}
	}
	_, err = io.WriteString(w, text)
	return err
}

func (t Table) text(d Dialect) (string, error) {
	if d.Delimiter == 0 {
		d.Delimiter = ','
	}
	rows := t.Rows
	if t.Header != nil {
		rows = append([][]string{t.Header}, rows...)
	}
	var b strings.Builder
	if !d.QuoteAll && !d.NoQuotes {
		w := csv.NewWriter(&b)
		w.Comma = d.Delimiter
		if err := w.WriteAll(rows); err != nil {
			return "", err
		}
		return strings.ReplaceAll(b.String(), "\n", d.end()), nil
	}
	for _, row := range rows {
		for c, v := range row {
			if c > 0 {
				b.WriteRune(d.Delimiter)
			}
			if d.QuoteAll {
				v = `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
			}
			b.WriteString(v)
		}
		b.WriteString(d.end())
	}
	return b.String(), nil
}

func (d Dialect) end() string {
	if d.LineEnd == "" {
		return "\n"
	}
	return d.LineEnd
}

func encoder(name string) (encoding.Encoding, error) {
	switch name {
	case "", "utf-8", "utf-8-bom":
		return nil, nil
	case "utf-16le":
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), nil
	case "utf-16be":
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM), nil
	case "windows-1252":
		return charmap.Windows1252, nil
	case "gb18030":
		return simplifiedchinese.GB18030, nil
	case "big5":
		return traditionalchinese.Big5, nil
	case "shift-jis":
		return japanese.ShiftJIS, nil
	}
	return nil, fmt.Errorf("encoding %q is unknown: have %s", name, strings.Join(Encodings(), ", "))
}
