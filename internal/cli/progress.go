package cli

import (
	"time"

	"github.com/schollz/progressbar/v3"
)

// meter is what progress is read from: an input being consumed.
type meter interface {
	Read() int64
	Size() int64
}

// gauge shows on the terminal how far an input was consumed.
type gauge struct {
	bar  *progressbar.ProgressBar
	quit chan struct{}
	done chan struct{}
}

// progress starts showing progress on standard error, if that is a terminal.
// The bar is wiped by stop: it never stands there full while work goes on.
func (p *program) progress(m meter, what string) *gauge {
	if p.quiet || !p.ErrIsTerminal {
		return &gauge{}
	}
	g := &gauge{quit: make(chan struct{}), done: make(chan struct{})}
	g.bar = progressbar.NewOptions64(m.Size(), progressbar.OptionSetWriter(p.Err), progressbar.OptionSetDescription(what),
		progressbar.OptionShowBytes(true), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionUseANSICodes(p.color))
	go g.follow(m)
	return g
}

func (g *gauge) follow(m meter) {
	defer close(g.done)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-g.quit:
			return
		case <-tick.C:
			at := m.Read()
			if size := m.Size(); size > 0 {
				at = min(at, size-1)
			}
			_ = g.bar.Set64(at)
		}
	}
}

func (g *gauge) stop() {
	if g.bar == nil {
		return
	}
	close(g.quit)
	<-g.done
	_ = g.bar.Clear()
}
