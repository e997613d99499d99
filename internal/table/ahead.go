package table

import "io"

// ahead reads a stream in a goroutine of its own, so that reading, digesting,
// decompressing and decoding run beside the cutting.
type ahead struct {
	src   io.Reader
	full  chan piece
	empty chan []byte
	stop  chan struct{}
	done  chan struct{}
	now   piece
	at    int
}

// piece is what was read at once, and the error that came behind it.
type piece struct {
	b   []byte
	err error
}

const piecesAhead = 3

func newAhead(src io.Reader) *ahead {
	a := &ahead{src: src, full: make(chan piece, piecesAhead), empty: make(chan []byte, piecesAhead+1),
		stop: make(chan struct{}), done: make(chan struct{})}
	for range piecesAhead {
		a.empty <- make([]byte, chunkSize)
	}
	go a.run()
	return a
}

func (a *ahead) run() {
	defer close(a.done)
	for {
		var b []byte
		select {
		case b = <-a.empty:
		case <-a.stop:
			return
		}
		p := piece{b: b[:0]}
		for len(p.b) < len(b) && p.err == nil {
			var n int
			n, p.err = a.src.Read(b[len(p.b):])
			p.b = b[:len(p.b)+n]
		}
		select {
		case a.full <- p:
		case <-a.stop:
			return
		}
		if p.err != nil {
			return
		}
	}
}

func (a *ahead) Read(p []byte) (int, error) {
	if a.at == len(a.now.b) {
		if a.now.err != nil {
			return 0, a.now.err
		}
		if a.now.b != nil {
			a.empty <- a.now.b[:cap(a.now.b)]
		}
		select {
		case a.now = <-a.full:
			a.at = 0
		case <-a.stop:
			return 0, errClosed
		}
	}
	n := copy(p, a.now.b[a.at:])
	a.at += n
	return n, nil
}

// close stops the goroutine and waits for it.
func (a *ahead) close() {
	close(a.stop)
	<-a.done
}
