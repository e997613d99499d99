package link

import (
	"cmp"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"

	"telltale/internal/identity"
)

// A transform is what a leak did to every contact of a column: "md5", "sha1",
// "sha256", or "-" and a letter that was deleted throughout.
type transform string

const (
	md5Sum    transform = "md5"
	sha1Sum   transform = "sha1"
	sha256Sum transform = "sha256"
)

func without(letter byte) transform { return transform("-" + string(letter)) }

// deleted is the letter that a transform deletes, 0 for hashes.
func (t transform) deleted() byte {
	if t[0] == '-' {
		return t[1]
	}
	return 0
}

// short is 64 bits of what becomes of a contact, never 0.
func (t transform) short(contact string) uint64 {
	switch t {
	case md5Sum:
		sum := md5.Sum([]byte(contact))
		return shortDigest(sum[:])
	case sha1Sum:
		sum := sha1.Sum([]byte(contact))
		return shortDigest(sum[:])
	case sha256Sum:
	default:
		contact = strings.ReplaceAll(contact, string(t.deleted()), "")
	}
	sum := sha256.Sum256([]byte(contact))
	return shortDigest(sum[:])
}

func shortDigest(sum []byte) uint64 { return max(1, binary.BigEndian.Uint64(sum)) }

// readDigest reads a cell that is a digest in hexadecimal or base64.
func readDigest(cell string) (t transform, short uint64, ok bool) {
	algo, encoding, ok := identity.LooksHashed(cell)
	if !ok {
		return "", 0, false
	}
	var raw []byte
	var err error
	if encoding == "base64" {
		raw, err = base64.StdEncoding.DecodeString(cell)
	} else {
		raw, err = hex.DecodeString(cell)
	}
	if err != nil || len(raw) < 8 {
		return "", 0, false
	}
	return transform(algo), shortDigest(raw), true
}

// hashedColumn is a column of a leak that holds digests of the contacts of one
// column of ours, or what else a transform leaves of them.
type hashedColumn struct {
	leak, field int
	by          transform
	form        int // which of identity.HashForms
}

// hashedColumns tells which columns of a sample hold such things. It costs
// about a tenth of a microsecond for each contact, spelling and transform that
// the sample makes likely, and nothing when there is none.
func (l *Linker) hashedColumns(sample [][]string) ([]hashedColumn, error) {
	wanted := map[uint64][]int{}
	transforms := digestsIn(sample, wanted)
	transforms = append(transforms, deletionsIn(sample, wanted)...)
	if len(wanted) == 0 {
		return nil, nil
	}
	found := map[hashedColumn]int{}
	err := l.eachContact(func(field int, _ uint32, value string) {
		for form, spelling := range identity.HashForms(l.fields[field].kind, value) {
			for _, t := range transforms {
				if t.deleted() != 0 && (form > 0 || l.fields[field].kind != identity.Email) {
					continue
				}
				for _, column := range wanted[t.short(spelling)] {
					found[hashedColumn{column, field, t, form}]++
				}
			}
		}
	})
	return bestHashed(found), err
}

func want(wanted map[uint64][]int, short uint64, column int) {
	if !slices.Contains(wanted[short], column) {
		wanted[short] = append(wanted[short], column)
	}
}

// digestsIn collects the digests of a sample, with the columns they stand in.
func digestsIn(sample [][]string, wanted map[uint64][]int) (transforms []transform) {
	for _, row := range sample {
		for c, cell := range row {
			t, short, ok := readDigest(strings.TrimSpace(cell))
			if !ok {
				continue
			}
			if !slices.Contains(transforms, t) {
				transforms = append(transforms, t)
			}
			want(wanted, short, c)
		}
	}
	return transforms
}

// commonLetters are so common that no column of addresses lacks them.
const commonLetters = "aeiomnrst"

// deletionsIn collects the addresses of columns that lack a common letter
// altogether: in a hundred cells that is no chance.
func deletionsIn(sample [][]string, wanted map[uint64][]int) (transforms []transform) {
	for c, cells := range addressColumns(sample) {
		all := strings.Join(cells, " ")
		for _, letter := range []byte(commonLetters) {
			if len(cells) < 20 || strings.IndexByte(all, letter) >= 0 {
				continue
			}
			t := without(letter)
			if !slices.Contains(transforms, t) {
				transforms = append(transforms, t)
			}
			for _, cell := range cells {
				want(wanted, t.short(cell), c)
			}
		}
	}
	return transforms
}

// addressColumns are the cells of columns most of which hold an @.
func addressColumns(sample [][]string) map[int][]string {
	cells, filled := map[int][]string{}, map[int]int{}
	for _, row := range sample {
		for c, cell := range row {
			if blank(cell) {
				continue
			}
			filled[c]++
			if strings.IndexByte(cell, '@') > 0 {
				cells[c] = append(cells[c], plainAddress(cell))
			}
		}
	}
	for c := range cells {
		if len(cells[c])*2 < filled[c] {
			delete(cells, c)
		}
	}
	return cells
}

func plainAddress(cell string) string { return strings.ToLower(strings.TrimSpace(cell)) }

// bestHashed keeps, for every column of the leak, the way of making it that
// explains most of it, and others that explain more than a tenth as much:
// spellings may be mixed.
func bestHashed(found map[hashedColumn]int) []hashedColumn {
	best := map[int]int{}
	for c, n := range found {
		best[c.leak] = max(best[c.leak], n)
	}
	var out []hashedColumn
	for c, n := range found {
		if n*10 > best[c.leak] {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b hashedColumn) int {
		return cmp.Or(cmp.Compare(found[b], found[a]), cmp.Compare(a.leak, b.leak), cmp.Compare(a.field, b.field), cmp.Compare(a.by, b.by), cmp.Compare(a.form, b.form))
	})
	return out
}

// hashedList finds the rows whose contact has a digest.
type hashedList struct {
	hashedColumn
	list list
}

// listHashes makes the lists of hashed columns: twelve bytes a row each.
func (l *Linker) listHashes(columns []hashedColumn) ([]*hashedList, error) {
	items := make([][]item, len(columns))
	err := l.eachContact(func(field int, row uint32, value string) {
		forms := []string(nil)
		for i, c := range columns {
			if c.field != field {
				continue
			}
			if forms == nil {
				forms = identity.HashForms(l.fields[field].kind, value)
			}
			if c.form < len(forms) {
				items[i] = append(items[i], item{c.by.short(forms[c.form]), row})
			}
		}
	})
	if err != nil {
		return nil, err
	}
	lists := make([]*hashedList, len(columns))
	for i, c := range columns {
		sortItems(items[i], nil)
		lists[i] = &hashedList{hashedColumn: c}
		for _, it := range items[i] {
			lists[i].list.hashes = append(lists[i].list.hashes, it.hash)
			lists[i].list.rows = append(lists[i].list.rows, it.row)
		}
	}
	return lists, nil
}

// eachContact opens the sealed contacts one chunk at a time.
func (l *Linker) eachContact(f func(field int, row uint32, value string)) error {
	for _, c := range l.sealed {
		base := uint32(c.at.segment*SegmentRows + c.at.part*sealChunk)
		err := l.sealer.open(c.data, c.at, func(row int, value []byte) {
			if at := base + uint32(row); len(value) > 0 && int(at) < l.Rows() {
				f(c.column, at, string(value))
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// find finds the rows that a leaked row's cell belongs to.
func (h *hashedList) find(c *Cells) []uint32 {
	if h.leak >= c.Len() {
		return nil
	}
	cell := c.Raw(h.leak)
	if h.by.deleted() != 0 {
		return h.list.find(h.by.short(plainAddress(cell)))
	}
	if t, short, ok := readDigest(strings.TrimSpace(cell)); ok && t == h.by {
		return h.list.find(short)
	}
	return nil
}
