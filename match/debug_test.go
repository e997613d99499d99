package match

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func TestDebugChinook(t *testing.T) {
	header, rows := chinookInvoices(t)
	w := newWorld(t)
	scheme := carrying(schemeFor(header, rows, "", "InvoiceId"), map[string]string{"InvoiceDate": "time:d", "Total": "number:0.01"})
	copies := w.make(issue{dataset: "data", scheme: scheme, rows: rows, recipients: names("r", 3), canaries: 3})
	e := w.engine(Options{})
	for _, p := range e.datasets[0].planted[:2] {
		fmt.Printf("%+v\n", p.canary)
	}
	r := rand.New(rand.NewPCG(1, 2))
	_ = r
	var leak [][]string
	for i, row := range copies["r0000"] {
		if i%2 == 0 {
			leak = append(leak, []string{row[2], row[4], row[5], row[1], row[7]})
		}
	}
	m := e.datasets[0].layers[0].snapshots[0].linker.Recognise(leak, nil)
	fmt.Printf("%+v\n", m)
}
