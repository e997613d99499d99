package match

import (
	"math/rand/v2"
	"reflect"
	"runtime"
	"testing"
	"time"

	"telltale/internal/table"
	"telltale/match/link"
)

// weekly is a registry with a snapshot for each week of a table, one row in
// fifty of which is replaced every week, and the copies of the last but one.
func weekly(t *testing.T, weeks, rows int) (w *world, header []string, copies map[string][][]string) {
	r := rand.New(rand.NewPCG(4, 4))
	header, state := people(r, rows)
	_, fresh := people(rand.New(rand.NewPCG(5, 5)), rows)
	w = newWorld(t)
	for week := range weeks {
		for i := week % 50; i < rows; i += 50 {
			state[i] = fresh[i]
		}
		made := w.make(issue{dataset: "people", scheme: peopleScheme(), rows: state, recipients: names("r", 5), at: issued.Add(time.Duration(week) * 7 * 24 * time.Hour)})
		if week == weeks-2 {
			copies = made
		}
	}
	return w, header, copies
}

// inMemory is what an engine keeps in memory once it has matched a leak.
func inMemory(t *testing.T, w *world, o Options, leak []byte) (Result, int64) {
	before := heap()
	e := w.engine(o)
	got := w.match(e, leak, table.Options{})
	after := heap()
	t.Logf("memory for indexes %d MB: %.1f MB in memory, %.1f MB of indexes in the file", e.options.Memory>>20, float64(after-before)/1e6, float64(e.room.Outside())/1e6)
	runtime.KeepAlive(e)
	return got, after - before
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestMemoryOfManySnapshots matches a leak with the same table of three and of
// eight weeks. Where indexes may stay in memory it grows with the weeks, and
// where they may not it does not; the answers are the same.
func TestMemoryOfManySnapshots(t *testing.T) {
	if !link.CanMap {
		t.Skip("this system cannot show files as memory")
	}
	const rows, few, many = 1000, 3, 8
	grown := map[int64]int64{}
	for _, weeks := range []int{few, many} {
		w, header, copies := weekly(t, weeks, rows)
		leak := csvOf(',', header, copies[names("r", 5)[3]][:rows/2])
		var results []Result
		for _, memory := range []int64{1 << 30, 1} {
			got, used := inMemory(t, w, Options{Memory: memory}, leak)
			results = append(results, got)
			grown[memory] = used - grown[memory]
		}
		if results[0].Verdict != Attributed || !reflect.DeepEqual(results[0], results[1]) {
			t.Errorf("%d weeks: %s in memory, %s outside", weeks, results[0].brief(), results[1].brief())
		}
	}
	inside, outside := grown[1<<30]/(many-few), grown[1]/(many-few)
	t.Logf("a week more takes %d bytes in memory, %d with the indexes outside", inside, outside)
	if inside < 100*rows || outside > inside/20 {
		t.Errorf("a week more takes %d bytes in memory and %d outside, want at least %d and at most a twentieth of the first", inside, outside, 100*rows)
	}
}
