package cli

import (
	"sync/atomic"
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
	return p.gauge(m, what, progressbar.OptionShowBytes(true))
}

// counting is progress in things that are no bytes.
func (p *program) counting(m meter, what string) *gauge {
	return p.gauge(m, what, progressbar.OptionShowCount())
}

func (p *program) gauge(m meter, what string, unit progressbar.Option) *gauge {
	if p.quiet || !p.ErrIsTerminal {
		return &gauge{}
	}
	g := &gauge{quit: make(chan struct{}), done: make(chan struct{})}
	g.bar = progressbar.NewOptions64(m.Size(), progressbar.OptionSetWriter(p.Err), progressbar.OptionSetDescription(what),
		unit, progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond),
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
				g.bar.ChangeMax64(size)
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

// leaksPlayed counts the leaks of a plan; it tells the gauge.
type leaksPlayed struct{ expected, done atomic.Int64 }

func (l *leaksPlayed) Expect(leaks int) { l.expected.Add(int64(leaks)) }
func (l *leaksPlayed) Done()            { l.done.Add(1) }
func (l *leaksPlayed) Read() int64      { return l.done.Load() }
func (l *leaksPlayed) Size() int64      { return max(1, l.expected.Load()) }
