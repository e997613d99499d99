package chain

import (
	"context"
	"reflect"
	"runtime"
	"testing"
)

// TestCores: how many cores weigh the places changes nothing in the graph.
func TestCores(t *testing.T) {
	for seed := uint64(5000); seed < 5002; seed++ {
		trade := simulate(seed, 1500, tradeOf(seed, 0.3, 0.08), true, true)
		var graphs []Graph
		for _, cores := range []int{1, 4} {
			before := runtime.GOMAXPROCS(cores)
			g, err := Reconstruct(context.Background(), trade.nodes, nil, Options{})
			runtime.GOMAXPROCS(before)
			if err != nil {
				t.Fatal(err)
			}
			graphs = append(graphs, g)
		}
		if !reflect.DeepEqual(graphs[0], graphs[1]) {
			t.Errorf("seed %d: one core gives %+v, four give %+v", seed, graphs[0], graphs[1])
		}
	}
}
