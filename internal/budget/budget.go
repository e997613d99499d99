// Package budget holds parsers of outside bytes to what an input may cost.
//
// A hostile file of a megabyte may take a second of the processor and 256 MB
// of memory, no more; a longer one a second for each megabyte and no more
// memory. Fuzz targets and tests of hostile input run their parser inside
// Check:
//
//	budget.Check(t, len(data), func() { _, err = Read(data) })
//
// Time is that of the processor, not of a clock, so that a busy machine fails
// nothing. A run that seems too dear is measured again before it is reported,
// hence the function must be able to run several times.
package budget

import (
	"flag"
	"fmt"
	"io"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"syscall"
	"testing"
	"time"
)

// What an input may cost.
const (
	PerMegabyte = time.Second // of the processor, and at least once that
	Memory      = 256 << 20   // bytes of the heap beyond what was there
)

// hang, and four times the budget, is when a run is given up.
const hang = 20 * PerMegabyte

// tries is how often a run that was too dear is measured.
const tries = 2

// Time is what an input of size bytes may take, and at least PerMegabyte: four
// times as much for each megabyte in a fuzzer's worker, whose code counts every
// branch.
func Time(size int) time.Duration {
	megabytes := float64(size) / 1e6
	if inWorker() {
		megabytes *= 4
	}
	return time.Duration(max(1, megabytes) * float64(PerMegabyte))
}

func inWorker() bool {
	worker := flag.Lookup("test.fuzzworker")
	return worker != nil && worker.Value.String() == "true"
}

// Check runs f, which handles an input of size bytes, and fails t if it costs
// more than it may. A run without end panics, so that a fuzzer keeps the input.
func Check(t testing.TB, size int, f func()) {
	t.Helper()
	took, allocated := measure(size, f)
	for n := 1; n < tries && took > Time(size); n++ {
		again, _ := measure(size, f)
		took = min(took, again)
	}
	if took > Time(size) {
		t.Errorf("%d bytes took %v of the processor, want %v at most", size, took, Time(size))
	}
	if allocated <= Memory {
		return
	}
	if peak := peakOf(f); peak > Memory {
		t.Errorf("%d bytes took %d MB of memory, want %d at most", size, peak>>20, Memory>>20)
	}
}

// measure runs f and returns its processor time and the bytes it allocated in
// all, which bounds what it held at once.
func measure(size int, f func()) (took time.Duration, allocated int64) {
	start, before := processor(), read("/gc/heap/allocs:bytes")
	done := make(chan struct{})
	defer close(done)
	go watch(start, hang+4*Time(size), done)
	f()
	return processor() - start, read("/gc/heap/allocs:bytes") - before
}

func watch(start, most time.Duration, done chan struct{}) {
	for {
		select {
		case <-done:
			return
		case <-time.After(time.Second):
			if took := processor() - start; took > most {
				panic(fmt.Sprintf("no end after %v of the processor", took))
			}
		}
	}
}

// peakOf runs f with a collector that is in no mood to leave garbage, and
// returns the most that f held, in bytes.
func peakOf(f func()) int64 {
	const heap = "/memory/classes/heap/objects:bytes"
	debug.FreeOSMemory()
	before := read(heap)
	limit := debug.SetMemoryLimit(read("/memory/classes/total:bytes") - read("/memory/classes/heap/released:bytes") + Memory/2)
	defer debug.SetMemoryLimit(limit)
	stop, peak := make(chan struct{}), make(chan int64)
	go func() {
		most := int64(0)
		for {
			most = max(most, read(heap)-before)
			select {
			case <-stop:
				peak <- most
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	f()
	close(stop)
	return <-peak
}

func read(name string) int64 {
	s := []metrics.Sample{{Name: name}}
	metrics.Read(s)
	return int64(s[0].Value.Uint64())
}

// processor is the time that the program has spent on all cores.
func processor() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Grow repeats data to the given length: what costs more than its length shows
// on a megabyte of it.
func Grow(data []byte, size int) []byte {
	if len(data) == 0 || len(data) >= size {
		return data
	}
	return slices.Repeat(data, size/len(data))
}

// Endless returns a reader of size bytes that repeats text, and holds no more
// than the text itself.
func Endless(text string, size int64) io.Reader { return &endless{text: text, left: size} }

type endless struct {
	text string
	left int64
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), e.left)]
	for k := 0; k < len(p); {
		m := copy(p[k:], e.text[e.at:])
		k, e.at = k+m, (e.at+m)%len(e.text)
	}
	e.left -= int64(len(p))
	return len(p), nil
}

// grown is the length of what Grown grows: what costs a second there in a
// worker costs more than a megabyte may, and an execution, with the repetitions
// of Check, stays below the ten seconds of the clock after which Go ends a worker.
const grown = 1 << 18

// Grown is Grow for one input in sixty-four, chosen by its bytes, and data for
// the others: so a fuzzer spends most of its time on small inputs and still
// finds what grows with the square of its length.
func Grown(data []byte) []byte {
	sum := uint32(2166136261)
	for _, c := range data {
		sum = (sum ^ uint32(c)) * 16777619
	}
	if sum>>8%64 != 0 {
		return data
	}
	return Grow(data, grown)
}
