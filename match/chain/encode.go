package chain

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
)

// ErrSketch is returned for bytes that are no sketch of a known version.
var ErrSketch = errors.New("sketch cannot be read")

const sketchVersion = 3

type encoder struct{ b []byte }

func (e *encoder) uint(v uint64)   { e.b = binary.AppendUvarint(e.b, v) }
func (e *encoder) int(v int64)     { e.b = binary.AppendVarint(e.b, v) }
func (e *encoder) fixed(v uint64)  { e.b = binary.LittleEndian.AppendUint64(e.b, v) }
func (e *encoder) float(v float64) { e.fixed(math.Float64bits(v)) }

func (e *encoder) bytes(v []byte) {
	e.uint(uint64(len(v)))
	e.b = append(e.b, v...)
}

func (e *encoder) string(v string) { e.bytes([]byte(v)) }

func (e *encoder) time(t time.Time) {
	if t.IsZero() {
		e.uint(0)
		return
	}
	e.uint(1)
	e.int(t.Unix())
	e.uint(uint64(t.Nanosecond()))
}

// ascending writes sorted numbers as differences.
func (e *encoder) ascending(v []uint32) {
	e.uint(uint64(len(v)))
	last := uint32(0)
	for _, x := range v {
		e.uint(uint64(x - last))
		last = x
	}
}

// MarshalBinary encodes the sketch. Equal sketches give equal bytes.
func (s *Sketch) MarshalBinary() ([]byte, error) {
	e := &encoder{b: []byte{sketchVersion}}
	e.string(s.Kind)
	e.string(s.Holder)
	e.time(s.FirstSeen)
	e.uint(uint64(len(s.Recipients)))
	for _, r := range s.Recipients {
		e.string(r.Recipient)
		e.uint(bit(r.Accused))
		e.float(r.LogE)
		e.float(r.Share)
	}
	e.uint(uint64(len(s.Tables)))
	for i := range s.Tables {
		if err := e.table(&s.Tables[i]); err != nil {
			return nil, err
		}
	}
	e.fixed(s.Foreign.Limit)
	e.int(s.Foreign.Total)
	e.uint(uint64(len(s.Foreign.Rows)))
	for _, row := range s.Foreign.Rows {
		e.uint(uint64(len(row)))
		for _, h := range row {
			e.fixed(h)
		}
	}
	e.int(s.Rows)
	e.int(s.Repeats)
	e.uint(uint64(len(s.Habits)))
	for _, h := range s.Habits {
		e.string(h.Name)
		e.string(h.Value)
	}
	return e.b, nil
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func (e *encoder) table(t *Table) error {
	e.string(t.Dataset)
	e.string(t.Snapshot)
	rows := t.Rows
	if rows == nil {
		rows = roaring.New()
	}
	b, err := rows.ToBytes()
	if err != nil {
		return fmt.Errorf("sketch of %s: %w", t.Dataset, err)
	}
	e.bytes(b)
	e.uint(uint64(len(t.Columns)))
	for _, c := range t.Columns {
		e.string(c.Name)
		e.fixed(c.Header)
		e.fixed(c.Shape)
	}
	for k := range t.Columns {
		var ranks []uint16
		if k < len(t.Ranks) {
			ranks = t.Ranks[k]
		}
		e.uint(uint64(len(ranks)))
		for _, h := range ranks {
			e.b = binary.LittleEndian.AppendUint16(e.b, h)
		}
	}
	e.uint(uint64(t.Cells.Limit))
	e.ascending(t.Cells.Rows)
	for _, h := range t.Cells.Hashes {
		e.b = binary.LittleEndian.AppendUint16(e.b, h)
	}
	for i := range t.Cells.Rows {
		e.uint(t.Cells.Edited[i])
		e.uint(t.Cells.Known[i])
	}
	e.uint(uint64(len(t.Order)))
	for _, p := range t.Order {
		e.uint(uint64(p.Row))
		e.uint(uint64(p.At))
	}
	e.uint(uint64(len(t.Aliases)))
	for _, a := range t.Aliases {
		e.fixed(a.Hash)
		e.uint(uint64(a.Row))
	}
	return nil
}

// decoder reads what encoder wrote; after a failure it gives zeros.
type decoder struct {
	b       []byte
	version byte
	bad     bool
}

func (d *decoder) fail() { d.b, d.bad = nil, true }

func (d *decoder) uint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) int() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) take(n uint64) []byte {
	if n > uint64(len(d.b)) {
		d.fail()
		return nil
	}
	v := d.b[:n]
	d.b = d.b[n:]
	return v
}

func (d *decoder) fixed() uint64 {
	if v := d.take(8); v != nil {
		return binary.LittleEndian.Uint64(v)
	}
	return 0
}

func (d *decoder) float() float64 { return math.Float64frombits(d.fixed()) }
func (d *decoder) string() string { return string(d.take(d.uint())) }

func (d *decoder) time() time.Time {
	if d.uint() == 0 {
		return time.Time{}
	}
	sec := d.int()
	return time.Unix(sec, int64(d.uint()%1e9)).UTC()
}

// count reads the length of a list whose items take at least size bytes, so
// that a damaged length cannot make the program ask for memory.
func (d *decoder) count(size int) int {
	n := d.uint()
	if n > uint64(len(d.b)/size) {
		d.fail()
		return 0
	}
	return int(n)
}

// UnmarshalBinary decodes what MarshalBinary wrote. The bytes may come from
// anywhere: damage gives ErrSketch.
func (s *Sketch) UnmarshalBinary(data []byte) error {
	if len(data) == 0 || data[0] == 0 || data[0] > sketchVersion {
		return ErrSketch
	}
	d := &decoder{b: data[1:], version: data[0]}
	out := Sketch{Kind: d.string(), Holder: d.string(), FirstSeen: d.time()}
	for range d.count(18) {
		out.Recipients = append(out.Recipients, Share{d.string(), d.uint() == 1, d.float(), d.float()})
	}
	for range d.count(7) {
		out.Tables = append(out.Tables, d.table())
	}
	out.Foreign.Limit, out.Foreign.Total = d.fixed(), d.int()
	for range d.count(1) {
		out.Foreign.Rows = append(out.Foreign.Rows, d.foreign())
	}
	out.Rows, out.Repeats = d.int(), d.int()
	for range d.count(2) {
		out.Habits = append(out.Habits, Habit{d.string(), d.string()})
	}
	if d.bad || len(d.b) > 0 {
		return ErrSketch
	}
	*s = out
	return nil
}

// foreign reads a foreign row; in version 1 it has one hash.
func (d *decoder) foreign() []uint64 {
	n := 1
	if d.version > 1 {
		n = d.count(8)
	}
	row := make([]uint64, n)
	for i := range row {
		row[i] = d.fixed()
	}
	if n == 0 {
		d.fail()
	}
	return row
}

// ranks reads the order of the values of each column.
func (d *decoder) ranks(columns int) [][]uint16 {
	out := make([][]uint16, columns)
	for k := range out {
		for raw := d.take(2 * uint64(d.count(2))); len(raw) > 0; raw = raw[2:] {
			out[k] = append(out[k], binary.LittleEndian.Uint16(raw))
		}
	}
	return out
}

func (d *decoder) table() Table {
	t := Table{Dataset: d.string(), Snapshot: d.string(), Rows: roaring.New()}
	if b := d.take(d.uint()); len(b) > 0 {
		if err := t.Rows.UnmarshalBinary(b); err != nil || t.Rows.Validate() != nil {
			d.fail()
			t.Rows = roaring.New()
		}
	}
	for range d.count(17) {
		t.Columns = append(t.Columns, Column{d.string(), d.fixed(), d.fixed()})
	}
	if d.version > 2 {
		t.Ranks = d.ranks(len(t.Columns))
	}
	t.Cells.Limit = uint32(d.uint())
	last := uint32(0)
	for i := range d.count(1) {
		step := uint32(d.uint())
		if i > 0 && step == 0 {
			d.fail()
		}
		last += step
		t.Cells.Rows = append(t.Cells.Rows, last)
	}
	n := len(t.Cells.Rows)
	for raw := d.take(uint64(n * len(t.Columns) * 2)); len(raw) > 0; raw = raw[2:] {
		t.Cells.Hashes = append(t.Cells.Hashes, binary.LittleEndian.Uint16(raw))
	}
	for range n {
		t.Cells.Edited = append(t.Cells.Edited, d.uint())
		t.Cells.Known = append(t.Cells.Known, d.uint())
	}
	if len(t.Cells.Hashes) != n*len(t.Columns) {
		d.fail()
	}
	for range d.count(2) {
		t.Order = append(t.Order, Position{uint32(d.uint()), uint32(d.uint())})
	}
	if d.version == 1 {
		return t
	}
	for range d.count(9) {
		t.Aliases = append(t.Aliases, Alias{d.fixed(), uint32(d.uint())})
	}
	return t
}
