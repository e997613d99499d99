package table

import (
	"archive/zip"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"strings"
)

// guardWorkbook refuses a workbook that would cost more than its size allows,
// before anything of it is expanded.
func (f *File) guardWorkbook(z *zip.Reader, size int64) error {
	if len(z.File) > f.limits.Members {
		return fmt.Errorf("more than %d parts: %w", f.limits.Members, ErrLimit)
	}
	var total, held uint64
	for _, entry := range z.File {
		total += entry.UncompressedSize64
		if name := strings.ToLower(entry.Name); entry.UncompressedSize64 <= sheetHeld || !strings.HasPrefix(name, "xl/worksheets/sheet") && name != "xl/sharedstrings.xml" {
			held += entry.UncompressedSize64
		}
	}
	if total > quietStart && float64(total) > f.limits.Ratio*float64(size) || total > workbookXML {
		return fmt.Errorf("%w: %d bytes of parts", ErrLimit, total)
	}
	if held > workbookHeld+4*uint64(size) {
		return fmt.Errorf("%w: %d bytes besides the long sheets; save its sheets as CSV", ErrLimit, held)
	}
	if err := guardFormats(z); err != nil {
		return err
	}
	return guardCells(z, "xl/sharedStrings.xml")
}

// guardFormats looks for formats of numbers that are longer than any program
// writes: one is read anew for every cell.
func guardFormats(z *zip.Reader) error {
	for _, entry := range z.File {
		if !strings.EqualFold(path.Base(entry.Name), "styles.xml") {
			continue
		}
		r, err := entry.Open()
		if err != nil {
			return archiveError(err)
		}
		long := longestFormat(r)
		r.Close()
		if long > formatCode {
			return fmt.Errorf("%w: a format of numbers has %d bytes; save its sheets as CSV", ErrLimit, long)
		}
	}
	return nil
}

// longestFormat returns the length of the longest formatCode of a style sheet,
// as far as it can be read.
func longestFormat(r io.Reader) (longest int) {
	d := xml.NewDecoder(r)
	for {
		t, err := d.RawToken()
		if err != nil {
			return longest
		}
		e, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range e.Attr {
			if strings.EqualFold(a.Name.Local, "formatCode") {
				longest = max(longest, len(a.Value))
			}
		}
	}
}

// room is what the cells of a sheet may still take: one reference can stand for
// thousands of empty cells, and one string in thousands of cells.
type room struct{ empty, text int64 }

func roomOf(z *zip.Reader, part string) room {
	r := room{sparse, cellText}
	for _, entry := range z.File {
		if entry.Name == part {
			r.text += 64 * int64(min(entry.UncompressedSize64, workbookXML))
		}
	}
	return r
}

// take takes the room of a row.
func (r *room) take(cells []string) error {
	for _, c := range cells {
		r.text -= int64(len(c))
		if c == "" {
			r.empty--
		} else {
			r.empty += 16
		}
	}
	switch {
	case r.empty < 0:
		return fmt.Errorf("%w: nearly all cells of the sheet are empty", ErrLimit)
	case r.text < 0:
		return fmt.Errorf("%w: the same strings stand in too many cells", ErrLimit)
	}
	return nil
}
