package link

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"sync"

	"github.com/klauspost/compress/zstd"

	"telltale/internal/key"
)

// Sellers trade MD5, SHA-1 and SHA-256 of e-mail addresses and phones. An index
// of all of them would be fifteen hashes a row: twice the cost of the rest of
// an export and twice its size. So the canonical contacts themselves are kept,
// sealed, at a fifth of the size, and are hashed when a leak with hashes turns up.

// sealer seals the contacts of an index, and opens them.
type sealer struct {
	secret  key.Secret
	encoder *zstd.Encoder
	decoder *zstd.Decoder
}

// spot is what a sealed chunk is bound to.
type spot struct {
	segment int
	column  string
	part    int // within the segment and column
}

func (p spot) aad() []byte {
	return fmt.Appendf(nil, "%d/%s/%d", p.segment, url.PathEscape(p.column), p.part)
}

func newSealer(dataset string, master key.Root) *sealer {
	return &sealer{secret: master.Derive("contacts/" + url.PathEscape(dataset)), encoder: coders().encoder, decoder: coders().decoder}
}

type coderPair struct {
	encoder *zstd.Encoder
	decoder *zstd.Decoder
}

// coders are used by all sealers: they hold nothing between calls.
var coders = sync.OnceValue(func() coderPair {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest))
	decoder, err2 := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(256<<20))
	if err := errors.Join(err, err2); err != nil {
		panic("link: " + err.Error()) // only for options that do not exist
	}
	return coderPair{encoder, decoder}
})

// seal packs and seals the values of a chunk.
func (s *sealer) seal(values []byte, at spot) []byte {
	packed := s.encoder.EncodeAll(values, nil)
	return append([]byte{chunkVersion}, s.secret.Seal(packed, at.aad())...)
}

// open calls f for each row of a chunk with its value, "" where it has none.
func (s *sealer) open(data []byte, at spot, f func(row int, value []byte)) error {
	if err := checkVersion(data); err != nil {
		return err
	}
	packed, err := s.secret.Open(data[1:], at.aad())
	if err != nil {
		return fmt.Errorf("%w: contacts: %w", ErrFormat, err)
	}
	values, err := s.decoder.DecodeAll(packed, nil)
	if err != nil {
		return fmt.Errorf("%w: contacts: %w", ErrFormat, err)
	}
	for row := 0; len(values) > 0; row++ {
		n, used := binary.Uvarint(values)
		if used <= 0 || n > uint64(len(values)-used) {
			return fmt.Errorf("%w: contact %d", ErrFormat, row)
		}
		f(row, values[used:used+int(n)])
		values = values[used+int(n):]
	}
	return nil
}

// EachContact calls f with every contact of a column that the index keeps
// sealed, in the order of rows, as often as it stands there.
func (l *Linker) EachContact(column string, f func(canonical string)) error {
	return l.eachContact(func(field int, _ uint32, value string) {
		if l.spec.Columns[field].Name == column {
			f(value)
		}
	})
}
