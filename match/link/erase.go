package link

import (
	"encoding/binary"
	"fmt"
	"slices"

	"telltale/internal/key"
)

// Eraser takes rows out of the stored chunks of a snapshot: their keys, tags,
// halves, notes, hashes and contacts. Rows keep their numbers; an erased one has
// a key of zeros, links to nothing and is as blank as a row can be.
//
// Chunks are given in the order in which they were made.
type Eraser struct {
	spec    Spec
	sealer  *sealer
	rows    []uint32        // ascending
	inRows  map[uint32]bool // the same
	segment map[int]int     // rows of each segment
	done    map[partOf]int  // rows of a part that were passed
	sealed  map[partOf]int  // sealed chunks that were passed
}

// partOf is where a run of chunks belongs.
type partOf struct {
	segment      int
	column, part string
}

// NewEraser erases those rows of a dataset's snapshot.
func NewEraser(spec Spec, dataset string, master key.Root, rows []uint32) *Eraser {
	e := &Eraser{spec: spec, sealer: newSealer(dataset, master), rows: slices.Clone(rows), inRows: map[uint32]bool{},
		segment: map[int]int{}, done: map[partOf]int{}, sealed: map[partOf]int{}}
	slices.Sort(e.rows)
	for _, r := range rows {
		e.inRows[r] = true
	}
	return e
}

// Take returns the chunk without the rows. The data of the one given is not
// changed. An error about its content wraps ErrFormat.
func (e *Eraser) Take(c Chunk) (Chunk, error) {
	if err := checkVersion(c.Data); err != nil {
		return c, err
	}
	c.Data = slices.Clone(c.Data)
	switch c.Part {
	case partKeys:
		e.segment[c.Segment] += (len(c.Data) - 1) / 16
		e.blank(c, 16)
	case partTags, partHalves:
		e.blank(c, 2)
	case partNotes:
		e.blankNotes(c)
	case partHashes:
		return e.withoutEntries(c)
	case partSealed:
		return e.withoutContacts(c)
	default:
		return c, fmt.Errorf("%w: unknown part %q", ErrFormat, c.Part)
	}
	return c, nil
}

// blank zeroes the items of the rows in a chunk of items of one width. Of
// halves, whole columns follow each other: their rows count from 0 again.
func (e *Eraser) blank(c Chunk, width int) {
	at := partOf{c.Segment, c.Column, c.Part}
	first, n := e.done[at]%max(1, e.segment[c.Segment]), (len(c.Data)-1)/width
	e.done[at] += n
	e.within(c.Segment, first, n, func(i int) { clear(c.Data[1+i*width : 1+(i+1)*width]) })
}

func (e *Eraser) blankNotes(c Chunk) {
	e.within(c.Segment, 0, perByte*(len(c.Data)-1), func(i int) { c.Data[1+i/perByte] &^= 3 << (i % perByte * 2) })
}

// within calls f for each of the rows among n of a segment, from first on, with
// its place among them.
func (e *Eraser) within(segment, first, n int, f func(i int)) {
	base := uint32(segment*SegmentRows + first)
	from, _ := slices.BinarySearch(e.rows, base)
	for _, row := range e.rows[from:] {
		if row >= base+uint32(n) {
			return
		}
		f(int(row - base))
	}
}

func (e *Eraser) withoutEntries(c Chunk) (Chunk, error) {
	var run []item
	gone, base := false, uint32(c.Segment)*SegmentRows
	err := eachEntry(c.Data, func(hash uint64, row uint32) bool {
		if e.inRows[base+row] {
			gone = true
		} else {
			run = append(run, item{hash, row})
		}
		return true
	})
	if err == nil && gone {
		c.Data = encodeRun(run)
	}
	return c, err
}

func (e *Eraser) withoutContacts(c Chunk) (Chunk, error) {
	at := partOf{c.Segment, c.Column, c.Part}
	spot := spot{c.Segment, c.Column, e.sealed[at]}
	base := uint32(c.Segment*SegmentRows + e.sealed[at]*sealChunk)
	e.sealed[at]++
	var values []byte
	gone := false
	err := e.sealer.open(c.Data, spot, func(row int, value []byte) {
		if e.inRows[base+uint32(row)] && len(value) > 0 {
			gone, value = true, nil
		}
		values = append(binary.AppendUvarint(values, uint64(len(value))), value...)
	})
	if err == nil && gone {
		c.Data = e.sealer.seal(values, spot)
	}
	return c, err
}
