package table

import "io"

// watched is a stream that somebody else reads along.
type watched struct {
	m  *member
	to io.WriteCloser
}

// watch lets what is read of m be written to Options.Watch too. All methods of
// its result may be called when it is nil.
func (f *File) watch(m *member) *watched {
	if f.o.Watch == nil {
		return nil
	}
	w := &watched{m, f.o.Watch(m.name)}
	m.stream = &stream{r: io.TeeReader(m.stream, w.to)}
	return w
}

// finish reads the stream to its end.
func (w *watched) finish() error {
	if w == nil || w.to == nil {
		return nil
	}
	_, err := io.Copy(io.Discard, w.m.stream)
	w.stop()
	if archiveEnd(err) { // the table said so
		return nil
	}
	return err
}

func (w *watched) stop() {
	if w != nil && w.to != nil {
		w.to.Close()
		w.to = nil
	}
}
