package link

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"slices"
	"sync"

	"telltale/fingerprint"
)

// Index is the link index of a snapshot, in memory: 16 bytes a row, 2 bytes a
// cell and 12 bytes for every cell of a key or identity column. It is
// read-only and may be used by several goroutines.
type Index struct {
	spec  Spec
	keys  []fingerprint.RowKey
	tags  [][]uint16 // per column
	notes [][]byte   // per column, packed; empty for those that are not noted
	lists []list     // per column; empty for those that are not listed
	freq  []frequency

	numbers []uint32 // of the rows in the table; nil when they are all

	halves [][]uint16 // per half, in the order of the columns; empty in an index that has none
	half   []int      // per column: its first half
	sealed []sealedChunk

	halfFreq []frequency // per half

	byTag  []tagList // per column
	byHalf []tagList // per half

	room *Room // nil: memory
}

// list finds the rows that hold a value.
type list struct {
	hashes []uint64 // ascending
	rows   []uint32
}

// sealedChunk holds the contacts of a run of rows.
type sealedChunk struct {
	at     spot
	column int
	data   []byte
}

type frequency struct {
	once  sync.Once
	count []uint32 // by tag
	used  int      // tags that occur
}

// Load reads an index. next returns its chunks in the order in which they were
// made, and io.EOF. An error about their content wraps ErrFormat.
func Load(spec Spec, next func() (Chunk, error)) (*Index, error) { return LoadRows(spec, 0, next) }

// LoadRows is Load for an index that is known to have about so many rows, which
// saves the room to grow.
func LoadRows(spec Spec, rows int64, next func() (Chunk, error)) (*Index, error) {
	ix := &Index{spec: spec, keys: make([]fingerprint.RowKey, 0, rows)}
	ix.tags = make([][]uint16, len(spec.Columns))
	ix.lists = make([]list, len(spec.Columns))
	ix.notes = make([][]byte, len(spec.Columns))
	for i, c := range spec.Columns {
		ix.tags[i] = make([]uint16, 0, rows)
		ix.half = append(ix.half, len(ix.halves))
		for range halvesIn(c) {
			ix.halves = append(ix.halves, nil)
		}
		if listed(c) {
			ix.lists[i] = list{make([]uint64, 0, rows), make([]uint32, 0, rows)}
		}
	}
	ix.freq = make([]frequency, len(spec.Columns))
	ix.byTag = make([]tagList, len(spec.Columns))
	ix.byHalf, ix.halfFreq = make([]tagList, len(ix.halves)), make([]frequency, len(ix.halves))
	for {
		c, err := next()
		if errors.Is(err, io.EOF) {
			return ix, ix.finish()
		}
		if err != nil {
			return nil, err
		}
		if err := ix.take(c); err != nil {
			return nil, fmt.Errorf("segment %d, %s of column %q: %w", c.Segment, c.Part, c.Column, err)
		}
	}
}

func (ix *Index) take(c Chunk) error {
	if err := checkVersion(c.Data); err != nil {
		return err
	}
	if c.Part == partKeys {
		for key := range slices.Chunk(c.Data[1:], 16) {
			if len(key) != 16 {
				return fmt.Errorf("%w: length of a key", ErrFormat)
			}
			ix.keys = append(ix.keys, fingerprint.RowKey(key))
		}
		return nil
	}
	column := slices.IndexFunc(ix.spec.Columns, func(x fingerprint.Column) bool { return x.Name == c.Column })
	switch {
	case column < 0:
		return fmt.Errorf("%w: unknown column", ErrFormat)
	case c.Part == partTags:
		for i := 1; i+1 < len(c.Data); i += 2 {
			ix.tags[column] = append(ix.tags[column], binary.LittleEndian.Uint16(c.Data[i:]))
		}
		return nil
	case c.Part == partHalves:
		return ix.takeHalves(column, c.Data[1:])
	case c.Part == partSealed:
		at := spot{c.Segment, c.Column, 0}
		if n := len(ix.sealed); n > 0 && ix.sealed[n-1].column == column && ix.sealed[n-1].at.segment == c.Segment {
			at.part = ix.sealed[n-1].at.part + 1
		}
		ix.sealed = append(ix.sealed, sealedChunk{at, column, c.Data})
		return nil
	case c.Part == partNotes:
		return ix.takeNotes(column, c)
	case c.Part == partHashes:
		l := &ix.lists[column]
		var err error
		*l, err = decodeRun(*l, c.Data, uint32(c.Segment)*SegmentRows)
		return err
	}
	return fmt.Errorf("%w: unknown part", ErrFormat)
}

// takeHalves adds tags to the first half of a column that has not all its rows:
// chunks come half by half.
func (ix *Index) takeHalves(column int, data []byte) error {
	n := halvesIn(ix.spec.Columns[column])
	for i := ix.half[column]; i < ix.half[column]+n; i++ {
		if room := len(ix.keys) - len(ix.halves[i]); room > 0 {
			if len(data)/2 > room {
				return fmt.Errorf("%w: more halves than rows", ErrFormat)
			}
			for k := 0; k+1 < len(data); k += 2 {
				ix.halves[i] = append(ix.halves[i], binary.LittleEndian.Uint16(data[k:]))
			}
			return nil
		}
	}
	return fmt.Errorf("%w: more halves than the kind has", ErrFormat)
}

// finish checks that the columns are whole and sorts lists made of several
// segments.
func (ix *Index) finish() error {
	for i, c := range ix.spec.Columns {
		if len(ix.tags[i]) != len(ix.keys) {
			return fmt.Errorf("%w: column %q has %d tags for %d rows", ErrFormat, c.Name, len(ix.tags[i]), len(ix.keys))
		}
		for _, row := range ix.lists[i].rows {
			if int(row) >= len(ix.keys) {
				return fmt.Errorf("%w: column %q lists row %d of %d", ErrFormat, c.Name, row, len(ix.keys))
			}
		}
		ix.tags[i] = tight(ix.tags[i])
		ix.lists[i].hashes, ix.lists[i].rows = tight(ix.lists[i].hashes), tight(ix.lists[i].rows)
		ix.lists[i].sort()
	}
	for i := range ix.halves {
		if n := len(ix.halves[i]); n != 0 && n != len(ix.keys) {
			return fmt.Errorf("%w: %d halves for %d rows", ErrFormat, n, len(ix.keys))
		}
		ix.halves[i] = tight(ix.halves[i])
	}
	ix.keys = tight(ix.keys)
	return ix.finishNotes()
}

// tight returns s without the room that it grew.
func tight[T any](s []T) []T {
	if cap(s)-len(s) <= cap(s)/8 {
		return s
	}
	return append(make([]T, 0, len(s)), s...)
}

func (l *list) sort() {
	if slices.IsSorted(l.hashes) {
		return
	}
	items := make([]item, len(l.hashes))
	for i := range items {
		items[i] = item{l.hashes[i], l.rows[i]}
	}
	sortItems(items, nil)
	for i, it := range items {
		l.hashes[i], l.rows[i] = it.hash, it.row
	}
}

// find returns the rows that hold the value with that hash.
func (l *list) find(h uint64) []uint32 {
	n := len(l.hashes)
	if n == 0 || h == 0 {
		return nil
	}
	lo := l.search(h)
	hi := lo
	for hi < n && l.hashes[hi] == h {
		hi++
	}
	return l.rows[lo:hi]
}

// search returns the first position whose hash is at least h. Hashes are
// uniform, so the first guess is off by about the square root of their number.
func (l *list) search(h uint64) int {
	n := len(l.hashes)
	guess, _ := bits.Mul64(h, uint64(n))
	lo, hi := 0, n
	step := 1 + int(math.Sqrt(float64(n)))/2
	for at := int(guess); at > 0; at, step = at-step, step*2 {
		if at < n && l.hashes[at] < h {
			lo = at + 1
			break
		}
		hi = min(hi, at)
	}
	for at := max(lo, int(guess)) + step; at < hi; at, step = at+step, step*2 {
		if l.hashes[at] >= h {
			hi = at
			break
		}
		lo = at + 1
	}
	at, _ := slices.BinarySearch(l.hashes[lo:hi], h)
	return lo + at
}

// Rows is the number of rows.
func (ix *Index) Rows() int { return len(ix.keys) }

// Spec is what the index was made with.
func (ix *Index) Spec() Spec { return ix.spec }

// Key returns the key of a row.
func (ix *Index) Key(row uint32) fingerprint.RowKey { return ix.keys[row] }

// commonness is how many rows have that tag in a column.
func (ix *Index) commonness(column int, tag uint16) int {
	return int(ix.frequency(column).count[tag])
}

// halfCount is how many rows have that tag as a half.
func (ix *Index) halfCount(half int, tag uint16) int {
	f := &ix.halfFreq[half]
	f.fill(ix.halves[half], ix.room)
	return int(f.count[tag])
}

func (ix *Index) frequency(column int) *frequency {
	f := &ix.freq[column]
	f.fill(ix.tags[column], ix.room)
	return f
}

func (f *frequency) fill(tags []uint16, r *Room) {
	f.once.Do(func() {
		count := make([]uint32, 1<<16)
		for _, t := range tags {
			if count[t]++; t != 0 && count[t] == 1 {
				f.used++
			}
		}
		f.count = kept(r, count)
	})
}
