// Command stage sets the scene for the examples: it makes the synthetic tables,
// plays the thieves, who have no key, and checks what telltale answered.
//
//	stage table registrations|waybills|taxpayers N SEED      a table, as CSV
//	stage cut [flags] IN OUT                                  what a thief does to a copy
//	stage values COLUMN N SEED IN ORIGINAL                    N cells of a column that the original has too: no canaries
//	stage export-of RECIPIENT                                 an export's id, from export list --json
//	stage canary COLUMN                                       a canary's cell, from canary list --json
//	stage expect VERDICT [RECIPIENT...]                       checks match or trace --json
//	stage narrowed RECIPIENT                                  checks match or trace --json --all: RECIPIENT is among the first, others fell behind
//	stage chain FROM TO...                                    checks that chain --json leads from FROM to each TO
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"

	"telltale/internal/attack"
	"telltale/internal/synthetic"
	"telltale/internal/table"
)

func main() {
	if len(os.Args) < 2 {
		fatal(errors.New("say what to do"))
	}
	commands := map[string]func([]string) error{
		"table": makeTable, "cut": cut, "values": values, "export-of": exportOf, "canary": canary, "expect": expect, "narrowed": narrowed, "chain": chain,
	}
	run, ok := commands[os.Args[1]]
	if !ok {
		fatal(fmt.Errorf("unknown command %q", os.Args[1]))
	}
	if err := run(os.Args[2:]); err != nil {
		fatal(err)
	}
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, "stage:", err)
	os.Exit(1)
}

func makeTable(args []string) error {
	makers := map[string]func(int, uint64) synthetic.Table{
		"registrations": synthetic.Registrations, "waybills": synthetic.Waybills, "taxpayers": synthetic.Taxpayers,
	}
	if len(args) != 3 || makers[args[0]] == nil {
		return errors.New("table KIND N SEED")
	}
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	seed, err := strconv.ParseUint(args[2], 10, 64)
	if err != nil {
		return err
	}
	return makers[args[0]](n, seed).Write(os.Stdout)
}

// load reads a whole table.
func load(path string) (attack.Table, error) {
	f, err := table.Open(path, table.Options{})
	if err != nil {
		return attack.Table{}, err
	}
	defer f.Close()
	r, err := f.Next()
	if err != nil {
		return attack.Table{}, err
	}
	var rows [][]string
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return attack.New(r.Schema().Columns, rows), nil
		}
		if err != nil {
			return attack.Table{}, err
		}
		rows = append(rows, row.Cells)
	}
}

func cut(args []string) error {
	flags := flag.NewFlagSet("cut", flag.ExitOnError)
	share := flags.Float64("rows", 1, "share of the rows that are kept")
	columns := flags.String("columns", "", "columns that are kept, in their order")
	round := flags.String("round", "", "column that is rounded to hundreds")
	digits := flags.String("digits", "", "column of which only the digits are kept")
	shuffle := flags.Bool("shuffle", false, "rows in another order")
	bare := flags.Bool("no-header", false, "without header")
	delimiter := flags.String("delimiter", ",", "between cells")
	encoding := flags.String("encoding", "", "such as gb18030")
	seed := flags.Uint64("seed", 1, "of everything random")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 2 {
		return errors.New("cut [flags] IN OUT")
	}
	t, err := load(flags.Arg(0))
	if err != nil {
		return err
	}
	steps := []attack.Attack{attack.Sample(*share)}
	if *shuffle {
		steps = append(steps, attack.Shuffle())
	}
	if *round != "" {
		steps = append(steps, attack.Round(-2, *round))
	}
	if *digits != "" {
		steps = append(steps, attack.PhoneDigits(*digits))
	}
	if *columns != "" {
		steps = append(steps, attack.Keep(strings.Split(*columns, ",")...))
	}
	if *bare {
		steps = append(steps, attack.DropHeader())
	}
	t = attack.Chain(steps...).Run(t, rand.New(rand.NewPCG(*seed, 1)))
	out, err := os.Create(flags.Arg(1))
	if err != nil {
		return err
	}
	if err := t.Write(out, attack.Dialect{Delimiter: []rune(*delimiter)[0], Encoding: *encoding}); err != nil {
		return err
	}
	return out.Close()
}

func values(args []string) error {
	if len(args) != 5 {
		return errors.New("values COLUMN N SEED IN ORIGINAL")
	}
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	seed, err := strconv.ParseUint(args[2], 10, 64)
	if err != nil {
		return err
	}
	list, err := column(args[3], args[0])
	if err != nil {
		return err
	}
	original, err := column(args[4], args[0])
	if err != nil {
		return err
	}
	real := map[string]bool{}
	for _, v := range original {
		real[v] = true
	}
	list = slices.DeleteFunc(list, func(v string) bool { return !real[v] })
	if len(list) < n {
		return fmt.Errorf("%s and %s have %d cells of %s in common, want %d", args[3], args[4], len(list), args[0], n)
	}
	for _, row := range rand.New(rand.NewPCG(seed, 2)).Perm(len(list))[:n] {
		fmt.Println(list[row])
	}
	return nil
}

// column reads the cells of one column.
func column(path, name string) ([]string, error) {
	t, err := load(path)
	if err != nil {
		return nil, err
	}
	at := t.Column(name)
	if at < 0 {
		return nil, fmt.Errorf("%s has no column %s", path, name)
	}
	var out []string
	for _, row := range t.Rows {
		out = append(out, row[at])
	}
	return out, nil
}

func exportOf(args []string) error {
	var doc struct {
		Exports []struct{ ID, Recipient string }
	}
	if err := json.NewDecoder(os.Stdin).Decode(&doc); err != nil {
		return err
	}
	for _, e := range doc.Exports {
		if len(args) == 1 && e.Recipient == args[0] {
			fmt.Println(e.ID)
			return nil
		}
	}
	return fmt.Errorf("no export for %v", args)
}

func canary(args []string) error {
	var doc struct {
		Canaries []struct{ Row map[string]string }
	}
	if err := json.NewDecoder(os.Stdin).Decode(&doc); err != nil {
		return err
	}
	if len(args) != 1 || len(doc.Canaries) == 0 || doc.Canaries[0].Row[args[0]] == "" {
		return fmt.Errorf("no canary with %v", args)
	}
	fmt.Println(doc.Canaries[0].Row[args[0]])
	return nil
}

// expect compares a verdict and the accused with what the story says.
func expect(args []string) error {
	if len(args) == 0 {
		return errors.New("expect VERDICT, and recipients")
	}
	var doc struct {
		Verdict  string
		Suspects []struct {
			Recipient string
			Accused   bool
			Bound     float64 `json:"false_accusation_bound"`
		}
	}
	if err := json.NewDecoder(os.Stdin).Decode(&doc); err != nil {
		return err
	}
	got := []string{}
	for _, s := range doc.Suspects {
		if s.Accused {
			got = append(got, s.Recipient)
		}
	}
	slices.Sort(got)
	want := slices.Sorted(slices.Values(args[1:]))
	if !slices.Contains(strings.Split(args[0], "|"), doc.Verdict) || !slices.Equal(got, want) {
		return fmt.Errorf("the verdict is %s, accused %v; the story expects %s, accused %v", doc.Verdict, got, args[0], want)
	}
	fmt.Println("as it should be:", strings.Join(append([]string{doc.Verdict}, got...), " "))
	return nil
}

// narrowed checks that nobody stands above a recipient, and that somebody has
// fallen behind.
func narrowed(args []string) error {
	if len(args) != 1 {
		return errors.New("narrowed RECIPIENT")
	}
	type suspect struct {
		Recipient string
		LogLR     float64 `json:"log10_lr"`
	}
	var doc struct{ Suspects []suspect }
	if err := json.NewDecoder(os.Stdin).Decode(&doc); err != nil {
		return err
	}
	at := slices.IndexFunc(doc.Suspects, func(s suspect) bool { return s.Recipient == args[0] })
	if at < 0 {
		return fmt.Errorf("%s is no candidate", args[0])
	}
	beside := 0
	for _, s := range doc.Suspects {
		switch d := s.LogLR - doc.Suspects[at].LogLR; {
		case d > 1e-9:
			return fmt.Errorf("%s stands above %s", s.Recipient, args[0])
		case d > -1e-9:
			beside++
		}
	}
	if beside == len(doc.Suspects) {
		return fmt.Errorf("nobody of %d fell behind %s", beside, args[0])
	}
	fmt.Printf("as it should be: %d of %d are left, %s among them\n", beside, len(doc.Suspects), args[0])
	return nil
}

// chain checks that each of the later labels lies below the first.
func chain(args []string) error {
	var doc struct {
		Nodes []struct{ ID, Label, Recipient string }
		Edges []struct{ From, To string }
	}
	if err := json.NewDecoder(os.Stdin).Decode(&doc); err != nil {
		return err
	}
	if len(args) < 2 {
		return errors.New("chain FROM TO, and more of these")
	}
	ids := func(name string) []string {
		var out []string
		for _, n := range doc.Nodes {
			if strings.Contains(n.Label, name) || n.Recipient == name {
				out = append(out, n.ID)
			}
		}
		return out
	}
	below := map[string]bool{}
	for _, id := range ids(args[0]) {
		below[id] = true
	}
	for range doc.Edges {
		for _, e := range doc.Edges {
			if below[e.From] {
				below[e.To] = true
			}
		}
	}
	for _, name := range args[1:] {
		if !slices.ContainsFunc(ids(name), func(id string) bool { return below[id] }) {
			return fmt.Errorf("%s is not below %s in the chain", name, args[0])
		}
	}
	fmt.Printf("as it should be: %s -> %s\n", args[0], strings.Join(args[1:], ", "))
	return nil
}
