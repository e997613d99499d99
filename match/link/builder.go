package link

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"telltale/fingerprint"
	"telltale/internal/key"
)

// SegmentRows is how many rows a segment holds; only the last holds fewer.
const SegmentRows = 1 << 20

// Chunk is one piece of an index as it is stored.
type Chunk struct {
	Segment int
	Column  string // "" for keys
	Part    string // "keys", "tags", "halves", "notes", "hashes" or "sealed"
	Data    []byte
}

// Summary says what an index holds.
type Summary struct {
	Rows int64
}

// DuplicateKeyError says that two rows have one key.
type DuplicateKeyError struct {
	First, Second int64 // rows, from 1
}

func (e *DuplicateKeyError) Error() string {
	return fmt.Sprintf("row %d has the same key as row %d", e.Second, e.First)
}

// Builder writes the index of a snapshot. It is not for concurrent use.
type Builder struct {
	spec   Spec
	sink   func(Chunk) error
	rows   int64
	seg    segment
	short  []uint64 // the first half of every row key, in the order of the rows
	listed []int    // columns with a list
	halved []int    // columns with halves, each as often as it has some
	sealed []int    // columns of contacts
	sealer *sealer  // nil: contacts are not kept
	noted  []int    // columns with notes
}

type segment struct {
	number int
	rows   int
	keys   []byte
	tags   [][]byte   // per column
	halves [][]byte   // per half
	hashes [][]uint64 // per list
	sealed [][][]byte // per column of contacts: the canonical values of sealChunk rows each
	notes  [][]byte   // per noted column, one for each row
}

// NewBuilder returns a builder that hands the chunks of an index to sink. The
// sink owns the data it is given.
func NewBuilder(spec Spec, sink func(Chunk) error) *Builder {
	b := &Builder{spec: spec, sink: sink}
	b.seg.tags = make([][]byte, len(spec.Columns))
	for i, c := range spec.Columns {
		if listed(c) {
			b.listed = append(b.listed, i)
		}
		for range halvesIn(c) {
			b.halved = append(b.halved, i)
		}
		if isContact(c) {
			b.sealed = append(b.sealed, i)
		}
	}
	b.seg.halves = make([][]byte, len(b.halved))
	b.seg.sealed = make([][][]byte, len(b.sealed))
	b.seg.hashes = make([][]uint64, len(b.listed))
	b.noted = spec.notedColumns()
	b.seg.notes = make([][]byte, len(b.noted))
	return b
}

// KeepContacts makes the index hold the dataset's e-mail addresses and phones,
// sealed, so that hashes of them are linked too.
func (b *Builder) KeepContacts(dataset string, master key.Root) {
	b.sealer = newSealer(dataset, master)
}

// Expect makes room for so many rows, of which it need not be told.
func (b *Builder) Expect(rows int64) {
	n := int(min(rows, SegmentRows))
	b.short = slices.Grow(b.short, int(rows))
	b.seg.keys = slices.Grow(b.seg.keys, n*len(fingerprint.RowKey{}))
	for i := range b.seg.tags {
		b.seg.tags[i] = slices.Grow(b.seg.tags[i], 2*n)
	}
	for i := range b.seg.halves {
		b.seg.halves[i] = slices.Grow(b.seg.halves[i], 2*n)
	}
	for i := range b.seg.hashes {
		b.seg.hashes[i] = slices.Grow(b.seg.hashes[i], n)
	}
}

// Add takes the entries of the next rows. Batches come in the order of the
// rows; the batch may be used again afterwards. It returns a
// *DuplicateKeyError as soon as a segment is full.
func (b *Builder) Add(batch *Batch) error {
	lists, columns, halves := len(b.listed), len(b.spec.Columns), len(b.halved)
	sealed := batch.sealed
	for r, k := range batch.keys {
		sealed = b.addContacts(sealed)
		b.add(k, batch.hashes[r*lists:(r+1)*lists], batch.tags[r*columns:(r+1)*columns])
		for i, t := range batch.halves[r*halves : (r+1)*halves] {
			b.seg.halves[i] = binary.LittleEndian.AppendUint16(b.seg.halves[i], t)
		}
		b.noteRow(batch, r)
		if b.seg.rows == SegmentRows {
			if err := b.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *Builder) add(k fingerprint.RowKey, hashes []uint64, tags []uint16) {
	b.rows++
	b.seg.rows++
	b.short = append(b.short, binary.BigEndian.Uint64(k[:8]))
	b.seg.keys = append(b.seg.keys, k[:]...)
	for i, h := range hashes {
		b.seg.hashes[i] = append(b.seg.hashes[i], h)
	}
	for i, t := range tags {
		b.seg.tags[i] = binary.LittleEndian.AppendUint16(b.seg.tags[i], t)
	}
}

// addContacts takes the contacts of the next row from the front of list.
func (b *Builder) addContacts(list []byte) []byte {
	for i := range b.sealed {
		n, used := binary.Uvarint(list)
		size := used + int(n)
		if b.sealer != nil {
			if b.seg.rows%sealChunk == 0 {
				b.seg.sealed[i] = append(b.seg.sealed[i], nil)
			}
			last := &b.seg.sealed[i][len(b.seg.sealed[i])-1]
			*last = append(*last, list[:size]...)
		}
		list = list[size:]
	}
	return list
}

// Close writes what is left and checks that no key occurs twice; the error is
// then a *DuplicateKeyError.
func (b *Builder) Close() (Summary, error) {
	if err := b.flush(); err != nil {
		return Summary{}, err
	}
	if b.seg.number > 1 {
		if err := duplicate(b.short, 0); err != nil {
			return Summary{}, err
		}
	}
	return Summary{Rows: b.rows}, nil
}

func (b *Builder) flush() error {
	s := &b.seg
	if len(s.keys) == 0 {
		return nil
	}
	first := s.number * SegmentRows
	if err := duplicate(b.short[first:], int64(first)); err != nil {
		return err
	}
	if err := b.put("", partKeys, s.keys, keyChunk); err != nil {
		return err
	}
	for i, c := range b.spec.Columns {
		if err := b.put(c.Name, partTags, s.tags[i], tagChunk); err != nil {
			return err
		}
	}
	for i, column := range b.halved {
		if err := b.put(b.spec.Columns[column].Name, partHalves, s.halves[i], tagChunk); err != nil {
			return err
		}
	}
	if err := b.flushNotes(); err != nil {
		return err
	}
	if err := b.flushLists(); err != nil {
		return err
	}
	if err := b.flushContacts(); err != nil {
		return err
	}
	s.number++
	s.rows = 0
	s.keys = s.keys[:0]
	for i := range s.tags {
		s.tags[i] = s.tags[i][:0]
	}
	for i := range s.halves {
		s.halves[i] = s.halves[i][:0]
	}
	return nil
}

// put hands out a column of fixed-width items in chunks of at most size bytes.
func (b *Builder) put(column, part string, data []byte, size int) error {
	for piece := range slices.Chunk(data, size) {
		chunk := Chunk{b.seg.number, column, part, append([]byte{chunkVersion}, piece...)}
		if err := b.sink(chunk); err != nil {
			return err
		}
	}
	return nil
}

// flushLists sorts and encodes the lists on all processors and hands them out
// in their order.
func (b *Builder) flushLists() error {
	encoded := make([][][]byte, len(b.listed))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range b.listed {
		group.Go(func() error {
			encoded[i] = encodeList(b.seg.hashes[i])
			b.seg.hashes[i] = b.seg.hashes[i][:0]
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, column := range b.listed {
		for _, data := range encoded[i] {
			if err := b.sink(Chunk{b.seg.number, b.spec.Columns[column].Name, partHashes, data}); err != nil {
				return err
			}
		}
	}
	return nil
}

// flushContacts seals the contacts on all processors and hands them out.
func (b *Builder) flushContacts() error {
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, column := range b.sealed {
		for part := range b.seg.sealed[i] {
			group.Go(func() error {
				data := &b.seg.sealed[i][part]
				*data = b.sealer.seal(*data, spot{b.seg.number, b.spec.Columns[column].Name, part})
				return nil
			})
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, column := range b.sealed {
		for _, data := range b.seg.sealed[i] {
			if err := b.sink(Chunk{b.seg.number, b.spec.Columns[column].Name, partSealed, data}); err != nil {
				return err
			}
		}
		b.seg.sealed[i] = nil
	}
	return nil
}

// encodeList is a list of hashes by row as sorted runs; 0 stands for no value.
func encodeList(hashes []uint64) [][]byte {
	items := make([]item, 0, len(hashes))
	for row, h := range hashes {
		if h != 0 {
			items = append(items, item{h, uint32(row)})
		}
	}
	sortItems(items, nil)
	var out [][]byte
	for run := range slices.Chunk(items, listChunk) {
		out = append(out, encodeRun(run))
	}
	return out
}

// duplicate looks for equal numbers in keys, the first of which is that of row
// base (from 0). It sorts one sixteenth of them at a time. Two different row
// keys agree in 64 bits with a probability of rows^2 / 2^65: for a hundred
// million rows, 3 in 10,000.
func duplicate(keys []uint64, base int64) error {
	var items, spare []item
	var found *DuplicateKeyError
	for part := uint64(0); part < 16; part++ {
		items = items[:0]
		for i, k := range keys {
			if k>>60 == part {
				items = append(items, item{k, uint32(i)})
			}
		}
		spare = sortItems(items, spare)
		for i := 1; i < len(items); i++ {
			if items[i].hash != items[i-1].hash {
				continue
			}
			d := &DuplicateKeyError{base + int64(items[i-1].row) + 1, base + int64(items[i].row) + 1}
			if found == nil || d.Second < found.Second {
				found = d
			}
		}
	}
	if found != nil {
		return found
	}
	return nil
}
