package table

import (
	"archive/zip"
	"bufio"
	"io"
	"strings"
)

// kindScanner reads only the tags of a sheet, to tell which cells are text.
type kindScanner struct {
	part   io.ReadCloser
	r      *bufio.Reader
	number int64 // of the row begun
	second int64 // the first row whose number was there before; 0: none
	count  int64 // of rows seen
	ended  bool
	cell   int
}

func openKinds(z *zip.Reader, part string) *kindScanner {
	k := &kindScanner{ended: true}
	if r, err := z.Open(part); err == nil {
		k.part, k.r, k.ended = r, bufio.NewReaderSize(r, 64<<10), false
	}
	return k
}

func (k *kindScanner) close() {
	if k.part != nil {
		k.part.Close()
	}
}

// row returns which of the n cells of a row are text. Rows are asked for in
// ascending order.
func (k *kindScanner) row(number int64, n int) []uint64 {
	bits := make([]uint64, (n+63)>>6)
	for !k.ended && k.number <= number {
		tag, ok := k.tag()
		switch {
		case !ok:
			k.ended = true
		case strings.HasPrefix(tag, "row ") || tag == "row" || tag == "row/":
			k.begin(atoi(attribute(tag, "r")))
		case strings.HasPrefix(tag, "c ") && k.number == number:
			if ref := attribute(tag, "r"); ref != "" {
				k.cell = columnNumber(ref)
			}
			if t := attribute(tag, "t"); k.cell >= 0 && k.cell < n && (t == "s" || t == "inlineStr" || t == "str") {
				bits[k.cell>>6] |= 1 << (k.cell & 63)
			}
			k.cell++
		case tag == "/row" && k.number == number:
			return bits
		case tag == "/sheetData":
			k.ended = true
		}
	}
	return bits
}

// begin begins a row; one without a number is the next.
func (k *kindScanner) begin(number int64) {
	if number == 0 {
		number = k.count + 1
	}
	if number <= k.count && k.second == 0 {
		k.second = number
	}
	k.number, k.count, k.cell = number, number, 0
}

// disorder reads to the end of the sheet, and returns the number of the first
// row whose number was there before, 0 if there is none.
func (k *kindScanner) disorder() int64 {
	k.row(1<<62, 0)
	return k.second
}

// tag returns the next tag without its angle brackets and name space.
func (k *kindScanner) tag() (string, bool) {
	for {
		b, err := k.r.ReadSlice('>')
		if err == bufio.ErrBufferFull {
			continue
		}
		if err != nil {
			return "", false
		}
		s := string(b[:len(b)-1])
		if i := strings.LastIndexByte(s, '<'); i >= 0 {
			s = s[i+1:]
			if name, rest, ok := strings.Cut(s, ":"); ok && !strings.ContainsAny(name, " =\"") {
				if strings.HasPrefix(name, "/") {
					rest = "/" + rest
				}
				s = rest
			}
			return s, true
		}
	}
}

// attribute returns the value of an attribute of a tag.
func attribute(tag, name string) string {
	_, rest, ok := strings.Cut(tag, " "+name+"=\"")
	if !ok {
		return ""
	}
	v, _, _ := strings.Cut(rest, "\"")
	return v
}
