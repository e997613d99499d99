package table

// Appender renders rows as bytes in a table's dialect and encoding. It keeps
// no state and may be used by several goroutines at once.
//
// A row read from a file without a line end at its end has none when written;
// where another row follows it in the same dst the line end is put between
// them. Whoever renders that other row into a separate dst writes the line end
// itself, with AppendLineEnd.
type Appender interface {
	AppendHeader(dst []byte) []byte     // everything before the first row, byte order mark included
	AppendRow(dst []byte, r Row) []byte // a character without place in the encoding becomes '?': see Fits
	AppendLineEnd(dst []byte) []byte    // the habitual line end alone
	Fits(value string) error            // *EncodingError if the encoding has no place for the value
	Open(r Row) bool                    // r would be written without a line end
}

// NewAppender returns an Appender for CSV and JSONL; ok is false for formats
// whose rows cannot be rendered one by one.
func NewAppender(s Schema) (a Appender, ok bool) { return nil, false }
