package match

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"telltale/match/message"
	"telltale/store"
	"telltale/store/sqlite"
	"telltale/store/storetest"
)

var (
	complaints = flag.Int("complaints", 0, "trace so many complaints against 200 exports of ten times as many rows, and say what it took")
	snapshots  = flag.Int("snapshots", 3, "snapshots of all these rows, of each of which there are exports")
)

// TestComplaintsAtScale measures, in a process of its own, what it takes to
// open the registry, read a table of complaints, weigh all of it and write the
// answer. By default it is a small run that only has to be right.
func TestComplaintsAtScale(t *testing.T) {
	if path := os.Getenv("TELLTALE_TRACE_CHILD"); path != "" {
		traceChild(t, path)
		return
	}
	n := max(*complaints, 2000)
	w := newWorld(t)
	r := rand.New(rand.NewPCG(71, 1))
	_, rows := people(r, 10*n)
	w.make(issue{dataset: "people", scheme: peopleScheme(), rows: rows, recipients: names("r", 200), withhold: .01, canaries: 12, keep: names("r", 2)})
	w.repeat("people", *snapshots-1)
	path := filepath.Join(t.TempDir(), "complaints.csv")
	out, err := os.Create(path)
	w.must(err)
	fmt.Fprintln(out, "received,my number,who called,what they wrote")
	for i := range n {
		row := rows[r.IntN(len(rows))]
		fmt.Fprintf(out, "2026-04-%02d 10:%02d,%s,+4420794%05d,\"Dear %s, your contract over %s of %s is due. Call us, offer %d, or see http://win%d.test\"\n",
			1+i%28, i%60, row[4], i%40, row[1], row[8], row[7], r.IntN(1e6), i%40)
	}
	w.must(out.Close())
	child := exec.Command(os.Args[0], "-test.run=TestComplaintsAtScale$", "-test.v")
	child.Env = append(os.Environ(), "TELLTALE_TRACE_CHILD="+path, "TELLTALE_TRACE_REGISTRY="+w.path)
	text, err := child.CombinedOutput()
	if t.Logf("%s", text); err != nil {
		t.Error(err)
	}
}

// repeat puts n more snapshots of the rows that the dataset has, each with an
// export.
func (w *world) repeat(dataset string, n int) {
	var chunks []store.Chunk
	var first store.Snapshot
	var export store.Export
	w.must(w.st.View(background, func(tx store.Tx) error {
		list, err := tx.Snapshots(dataset)
		if err != nil {
			return err
		}
		exports, err := tx.Exports(dataset)
		if err != nil {
			return err
		}
		first, export = list[0], exports[0]
		return tx.Chunks(first.ID, func(c store.Chunk) error {
			c.Data = bytes.Clone(c.Data)
			chunks = append(chunks, c)
			return nil
		})
	}))
	for i := range n {
		s, x, next := first, export, 0
		s.ID, s.Recorded = fmt.Sprintf("%s-%d", first.ID, i), first.Recorded.AddDate(0, 0, -1-i)
		x.ID, x.Snapshot, x.Recipient, x.Canaries, x.State = fmt.Sprintf("%s-%d", export.ID, i), s.ID, fmt.Sprintf("r%04d", 2+i%198), 0, store.Pending
		w.must(w.st.Update(background, func(tx store.Tx) error {
			err := tx.PutSnapshot(s, func() (store.Chunk, error) {
				if next++; next > len(chunks) {
					return store.Chunk{}, io.EOF
				}
				return chunks[next-1], nil
			})
			if err != nil {
				return err
			}
			if err := tx.AddExport(x, nil); err != nil {
				return err
			}
			return tx.IssueExport(x.ID)
		}))
	}
}

func traceChild(t *testing.T, path string) {
	start := time.Now()
	st, err := sqlite.Open(background, os.Getenv("TELLTALE_TRACE_REGISTRY"), storetest.Signer{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	e, err := Open(background, st, testMaster(t), Options{Hold: 1})
	if err != nil {
		t.Fatal(err)
	}
	opened := time.Since(start)
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	list, err := message.Read("complaints.csv", in)
	if err != nil {
		t.Fatal(err)
	}
	read := time.Since(start)
	if err := e.Resolve(background, list); err != nil {
		t.Fatal(err)
	}
	resolved := time.Since(start)
	trace := e.NewTrace()
	for len(list) > 0 {
		chunk := list[:min(4096, len(list))]
		readings := make([]*Reading, len(chunk))
		g, ctx := errgroup.WithContext(background)
		for w := range runtime.GOMAXPROCS(0) {
			g.Go(func() (err error) {
				for k := w; k < len(chunk) && err == nil; k += runtime.GOMAXPROCS(0) {
					readings[k], err = e.Message(ctx, chunk[k], Seen{At: chunk[k].Received, Call: chunk[0].Name})
				}
				return err
			})
		}
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		if err := trace.Add(background, readings...); err != nil {
			t.Fatal(err)
		}
		for k := range chunk {
			chunk[k].Forget()
		}
		list = list[len(chunk):]
	}
	result, err := trace.Result(background)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := json.Marshal(result)
	if err != nil || len(result.Suspects) == 0 || result.RowsLinked == 0 || result.Verdict == Attributed {
		t.Errorf("error %v, %d bytes: %s", err, len(doc), result.brief())
	}
	t.Logf("%d complaints, %d rows linked, %d marks, %d campaigns: opened in %v, read in %v, looked up in %v, answered in %v, %v of processors, peak memory %s",
		len(result.Sightings), result.RowsLinked, result.MarksRead, len(result.Campaigns), opened, read-opened, resolved-read, time.Since(start), processorTime(), peakMemory())
}

// processorTime is what the process took of all processors.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peakMemory is the resident set at its largest, as Linux tells it.
func peakMemory() string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "unknown"
	}
	for line := range strings.SplitSeq(string(status), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return strings.TrimSpace(rest)
		}
	}
	return "unknown"
}
