package recognise

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"
	"golang.org/x/text/encoding"

	"telltale/internal/identity"
)

// BlockSize is how much of a stream is read at a time, and Overlap how much of
// the block before is looked at again with it.
const (
	BlockSize = 1 << 20
	Overlap   = 16 << 10
)

// block is a part of a stream, with Overlap bytes of the part before.
type block struct {
	data   []byte
	offset int64 // of data in the stream
	last   bool
	wide   byteOrder
}

type byteOrder uint8

const (
	noOrder byteOrder = iota
	littleEndian
	bigEndian
)

// Scan reads the stream to its end. An error is the stream's or the context's;
// the report is of what was read before.
func (x *Index) Scan(ctx context.Context, r io.Reader) (*Report, error) {
	n := x.o.Workers
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	full, empty := make(chan block, n), make(chan []byte, 2*n+1)
	for range cap(empty) {
		empty <- *buffers.Get().(*[]byte)
	}
	reports := make([]*Report, n)
	g, ctx := errgroup.WithContext(ctx)
	var length int64
	g.Go(func() (err error) {
		defer close(full)
		length, err = read(ctx, r, full, empty)
		return err
	})
	for i := range n {
		w := x.newWorker()
		g.Go(func() error {
			for b := range full {
				w.block(b)
				empty <- b.data[:0]
			}
			reports[i] = w.report()
			return nil
		})
	}
	err := g.Wait()
	for len(empty) > 0 {
		b := <-empty
		buffers.Put(&b)
	}
	out := &Report{Tried: map[identity.Kind]int64{}}
	for _, part := range reports {
		out.Merge(part)
	}
	out.Bytes = length
	if err != nil {
		return out, fmt.Errorf("read at byte %d: %w", length, err)
	}
	return out, nil
}

// buffers are kept from stream to stream: an archive may have many members.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, Overlap+BlockSize); return &b }}

// read cuts the stream into blocks.
func read(ctx context.Context, r io.Reader, full chan<- block, empty <-chan []byte) (n int64, err error) {
	var tail []byte
	var order byteOrder
	for last := false; !last; {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		data := append(<-empty, tail...)
		kept := len(data)
		m, err := io.ReadFull(r, data[kept:kept+BlockSize])
		data = data[:kept+m]
		last = errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if n == 0 {
			order = orderOf(data)
		}
		offset := n - int64(kept)
		n += int64(m)
		tail = append(tail[:0], data[max(0, len(data)-Overlap):]...)
		full <- block{data, offset, err != nil, order}
		if err != nil && !last {
			return n, err
		}
	}
	return n, nil
}

// orderOf tells UTF-16 by its byte order mark.
func orderOf(head []byte) byteOrder {
	switch {
	case len(head) < 2:
	case head[0] == 0xff && head[1] == 0xfe:
		return littleEndian
	case head[0] == 0xfe && head[1] == 0xff:
		return bigEndian
	}
	return noOrder
}

// worker scans blocks; each goroutine has one.
type worker struct {
	*Index
	view        view
	buffers     [][]byte            // of decoded text, by depth
	marked      []*marks            // by depth
	decoders    []*encoding.Decoder // of the locale's encodings
	attempts    [][]byte            // by decoder
	digitBuffer []byte
	tokenBuffer []int
	mailBuffer  []byte
	spans       []span
	sums        []inert
	effort      int
	skipped     int64
	counts      [counters]int64
	sights      map[sightKey]Sight
	controls    map[Control]bool
	mailed      map[string]bool // addresses at relays
}

func (x *Index) newWorker() *worker {
	w := &worker{Index: x, sights: map[sightKey]Sight{}, controls: map[Control]bool{}, mailed: map[string]bool{}}
	for _, l := range x.legacy {
		w.decoders, w.attempts = append(w.decoders, l.e.NewDecoder()), append(w.attempts, nil)
	}
	return w
}

func (w *worker) block(b block) {
	w.effort = maxEffort*len(b.data) + 1<<16
	p := place{offset: b.offset, cutLeft: b.offset > 0, cutRight: !b.last}
	if b.wide != noOrder {
		q := p
		q.decoded = 1
		w.utf16(b.data, int(b.offset&1), b.wide == bigEndian, q)
	}
	w.scan(b.data, p)
}

func (w *worker) report() *Report {
	r := &Report{Skipped: w.skipped, Tried: map[identity.Kind]int64{}}
	for k, n := range w.counts {
		for _, kind := range tallied[k] {
			if n > 0 {
				r.Tried[kind] += n
			}
		}
	}
	for _, s := range w.sights {
		r.Sights = append(r.Sights, s)
	}
	for c := range w.controls {
		r.Controls = append(r.Controls, c)
	}
	for a := range w.mailed {
		r.Relayed = append(r.Relayed, a)
	}
	return r
}
