package cli

import (
	"fmt"
	"io"
	"strings"

	gopretty "github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"telltale/canary"
	"telltale/internal/trial"
)

type planDoc struct {
	Schema       string       `json:"schema"`
	Name         string       `json:"name"`
	Dataset      string       `json:"dataset"`
	Rows         int64        `json:"rows"`        // of the file
	RowsJudged   int          `json:"rows_judged"` // fewer than rows: a sample
	Columns      int          `json:"columns"`     //
	Recipients   int          `json:"recipients"`  //
	Alpha        float64      `json:"alpha"`       //
	Density      float64      `json:"density"`     //
	Coalition    int          `json:"coalition"`   // that the marks are designed against
	Canaries     int          `json:"canaries"`    // in a copy of the rows judged
	Shared       int          `json:"shared"`      // candidates for each copy
	Withhold     float64      `json:"withhold"`    //
	Seed         uint64       `json:"seed"`        //
	CarriesMarks bool         `json:"carries_marks"`
	MarkedCells  float64      `json:"marked_cells"` // of a copy of the rows judged, mean
	Leaks        []planLeak   `json:"leaks"`
	Judged       int          `json:"judged"` // decisions of the matcher
	Wrong        int          `json:"wrong"`  // of them, those that accuse anybody who was no source
	Change       planChange   `json:"change"`
	Remedies     []planRemedy `json:"remedies"`
	Warnings     []string     `json:"warnings"`
	planCanaries
	planCover
}

// planLeak is one way to leak. Rows and marks are null where leaks, as a whole,
// are not traced.
type planLeak struct {
	Name     string    `json:"name"`
	Copies   int       `json:"copies"`
	Canaries bool      `json:"canaries"` // left in
	Played   int       `json:"played"`
	Whole    int       `json:"whole"` // rows of a leak that is not cut down
	One      planReach `json:"one"`   // a source is named
	All      planReach `json:"all"`   // all sources are
}

type planReach struct {
	Traced      int  `json:"traced"` // leaks, of those played
	RowsMedian  *int `json:"rows_median"`
	Rows9of10   *int `json:"rows_9_of_10"`
	MarksMedian *int `json:"marks_median"`
}

type planChange struct {
	Cells       float64            `json:"cells"` // share of the table's cells that differ
	Fabricated  float64            `json:"fabricated_rows"`
	Withheld    float64            `json:"withheld_rows"`
	Columns     []planColumnChange `json:"columns"`
	Correlation *planPair          `json:"correlation"` // null where there is no pair
	Association *planPair          `json:"association"`
}

// planColumnChange has null where a figure means nothing for the column. Mean
// and quantile are in standard deviations.
type planColumnChange struct {
	Column   string   `json:"column"`
	Cells    float64  `json:"cells"`
	Mean     *float64 `json:"mean"`
	Variance *float64 `json:"variance"`
	Quantile *float64 `json:"quantile"`
	Category *float64 `json:"category"`
}

type planPair struct {
	Columns [2]string `json:"columns"`
	Before  float64   `json:"before"`
	After   float64   `json:"after"`
}

type planRemedy struct {
	Setting    string  `json:"setting"`
	Value      float64 `json:"value"`
	Leak       string  `json:"leak"`
	Helps      bool    `json:"helps"`
	RowsBefore *int    `json:"rows_before"`
	RowsAfter  *int    `json:"rows_after"`
}

func (j *planJob) document(a trial.Assessment, hidden planCanaries, made canary.Copies) planDoc {
	d := planDoc{Schema: "telltale.plan/1", Name: j.input, Dataset: j.source.Dataset, Rows: j.rows, RowsJudged: len(j.source.Rows), Columns: len(j.source.Header),
		Recipients: a.Policy.Recipients, Alpha: a.Policy.Alpha, Density: max(0, a.Policy.Density), Coalition: j.source.Scheme.Coalition, Canaries: a.Policy.Canaries,
		Shared: a.Policy.Shared, Withhold: a.Policy.Withhold, Seed: j.effort.Seed, MarkedCells: a.Marked(), CarriesMarks: a.Marked() > 0,
		Leaks: []planLeak{}, Remedies: []planRemedy{}, Warnings: orEmpty(j.remarks), Change: planChangeOf(a.Change), planCanaries: hidden,
		planCover: planCover{j.policy.Cover, 1 - float64(made.Rows)/float64(j.rows), made.Cover.Lost(), coalitionDocs(made), coalitionHint(made, j.policy.Cover)}}
	for _, n := range a.Needs {
		d.Leaks = append(d.Leaks, planLeak{n.Scenario.Name, n.Scenario.Copies, n.Scenario.Canaries, n.Leaks, n.Whole, planReachOf(n.First, n.Leaks), planReachOf(n.All, n.Leaks)})
	}
	for _, r := range a.Remedies {
		if r.Setting == trial.Canaries && j.sampled {
			continue // a sample says little of a handful of rows
		}
		d.Remedies = append(d.Remedies, planRemedy{string(r.Setting), r.Value, r.Before.Scenario.Name, r.Helps(),
			planReachOf(r.Before.First, r.Before.Leaks).Rows9of10, planReachOf(r.After.First, r.After.Leaks).Rows9of10})
	}
	d.Judged, d.Wrong = a.Judged()
	if j.assumed {
		d.Warnings = append(d.Warnings, fmt.Sprintf("no recipients are registered: %d are assumed; --recipients says how many there will be", d.Recipients))
	}
	return d
}

func planReachOf(r trial.Reach, n int) planReach {
	out := planReach{Traced: len(r.Rows)}
	if rows, marks, ok := r.Median(n); ok {
		out.RowsMedian, out.MarksMedian = &rows, &marks
	}
	if rows, ok := r.Rows9(n); ok {
		out.Rows9of10 = &rows
	}
	return out
}

func planChangeOf(c trial.Change) planChange {
	out := planChange{Cells: c.Cells, Fabricated: c.Fabricated, Withheld: c.Withheld, Columns: []planColumnChange{},
		Correlation: planPairOf(c.Correlation), Association: planPairOf(c.Association)}
	for _, col := range c.Columns {
		row := planColumnChange{Column: col.Column, Cells: col.Cells}
		if col.Numeric {
			variance := (1+col.Deviation)*(1+col.Deviation) - 1
			row.Mean, row.Variance, row.Quantile = &col.Mean, &variance, &col.Quantile
		}
		if col.Categorical {
			row.Category = &col.Category
		}
		out.Columns = append(out.Columns, row)
	}
	return out
}

func planPairOf(p trial.PairChange) *planPair {
	if p.Columns[0] == "" {
		return nil
	}
	return &planPair{p.Columns, p.Before, p.After}
}

func writePlan(w io.Writer, d planDoc) {
	fmt.Fprintf(w, "%s: %s rows, %d columns, dataset %s\n", printable(d.Name), grouped(int(d.Rows)), d.Columns, printable(d.Dataset))
	if int64(d.RowsJudged) < d.Rows {
		fmt.Fprintf(w, "judged by a sample of %s rows\n", grouped(d.RowsJudged))
	}
	wrapped(w, "", fmt.Sprintf("%s recipients. Traced means: a source is named, at a chance of at most %g that anybody is named wrongly.", grouped(d.Recipients), d.Alpha))
	fmt.Fprintf(w, "%s\n\n", d.settings())
	if !d.CarriesMarks {
		wrapped(w, "", "This table cannot carry marks under these settings: no cell of it can be changed without standing out, or the density is 0. Only canaries and withheld rows can tell whose copy leaked.")
		fmt.Fprintln(w)
	}
	d.writeSingle(w)
	d.writeMixed(w)
	d.writeChange(w)
	d.writeCanaries(w)
	d.writeAdvice(w)
}

func (d planDoc) settings() string {
	parts := []string{fmt.Sprintf("density %.2g", d.Density), fmt.Sprintf("%d canaries", d.Canaries)}
	if d.Shared > 0 {
		parts = append(parts, fmt.Sprintf("%d shared canaries", d.Shared))
	}
	if d.Cover > 0 {
		parts = append(parts, fmt.Sprintf("%g rows of cover for each", d.Cover))
	}
	if d.Withhold > 0 {
		parts = append(parts, fmt.Sprintf("%g%% of the rows withheld", 100*d.Withhold))
	}
	return fmt.Sprintf("%s marked cells in a copy (%s)", grouped(int(d.MarkedCells+0.5)), strings.Join(parts, ", "))
}

// planTable is a table whose columns after the first stand to the right.
func planTable(header ...string) gopretty.Writer {
	t := newTable(header...)
	var configs []gopretty.ColumnConfig
	for i := range header[1:] {
		configs = append(configs, gopretty.ColumnConfig{Number: i + 2, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	configs = append(configs, gopretty.ColumnConfig{Number: 1, WidthMax: 44})
	t.SetColumnConfigs(configs)
	return t
}

func (d planDoc) writeSingle(w io.Writer) {
	fmt.Fprintf(w, "How few rows of one copy are traced (9 leaks of 10)\n\n")
	t := planTable("WHAT IS LEFT OF IT", "ROWS", "MARKS READ")
	for _, l := range d.Leaks {
		if l.Copies == 1 {
			t.AppendRow(gopretty.Row{l.Name, orNot(l.One.Rows9of10), orDash(l.One.MarksMedian)})
		}
	}
	render(w, t)
	fmt.Fprintln(w)
}

func (d planDoc) writeMixed(w io.Writer) {
	t := planTable("WHO MIXES THEIR COPIES", "ROWS TO NAME ONE", "TO NAME ALL")
	for _, l := range d.Leaks {
		if l.Copies > 1 {
			t.AppendRow(gopretty.Row{fmt.Sprintf("%d recipients, cell by cell", l.Copies), orNot(l.One.Rows9of10), orNot(l.All.Rows9of10)})
		}
	}
	if t.Length() > 0 {
		fmt.Fprintf(w, "Several recipients together, canaries found and removed\n\n")
		render(w, t)
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "The matcher decided %s times. Somebody who was no source was accused %s.\n\n", grouped(d.Judged), times(d.Wrong))
}

func (d planDoc) writeChange(w io.Writer) {
	c := d.Change
	said := fmt.Sprintf("What marking changes: %s of the cells", share(c.Cells))
	if c.Fabricated > 0 {
		said += fmt.Sprintf("; %s of the rows are fabricated", share(c.Fabricated))
	}
	if c.Withheld > 0 {
		said += fmt.Sprintf("; %s are left out", share(c.Withheld))
	}
	wrapped(w, "", said)
	fmt.Fprintln(w)
	if len(c.Columns) > 0 {
		t := planTable("COLUMN", "CELLS", "MEAN", "VARIANCE", "QUANTILES", "CATEGORIES")
		for _, col := range c.Columns {
			t.AppendRow(gopretty.Row{col.Column, share(col.Cells), shareOf(col.Mean), shareOf(col.Variance), shareOf(col.Quantile), shareOf(col.Category)})
		}
		render(w, t)
		fmt.Fprint(w, "  mean, quantiles: shift, in standard deviations; categories: change of a share\n")
	}
	if p := c.Correlation; p != nil {
		fmt.Fprintf(w, "  correlation that moves most: %s and %s, %.4f to %.4f\n", printable(p.Columns[0]), printable(p.Columns[1]), p.Before, p.After)
	}
	if p := c.Association; p != nil {
		fmt.Fprintf(w, "  association that moves most: %s and %s, %.4f to %.4f\n", printable(p.Columns[0]), printable(p.Columns[1]), p.Before, p.After)
	}
	fmt.Fprintln(w)
}

func (d planDoc) writeAdvice(w io.Writer) {
	for _, warning := range d.Warnings {
		wrapped(w, "warning   ", warning)
	}
	if len(d.Warnings) > 0 {
		fmt.Fprintln(w)
	}
	weak := 0
	for _, l := range d.Leaks {
		if l.One.Rows9of10 == nil {
			weak++
		}
	}
	if weak == 0 {
		fmt.Fprintln(w, "Every leak that was tried is traced.")
		return
	}
	fmt.Fprintf(w, "What could be changed\n\n")
	for _, r := range d.Remedies {
		wrapped(w, "- ", r.advice())
	}
	if len(d.Remedies) == 0 {
		wrapped(w, "- ", "No setting of the export would help with what is not traced. Give fewer rows or columns, or let more columns carry marks (dataset add --carrier).")
	}
}

func (r planRemedy) advice() string {
	how := map[string]string{
		string(trial.Density):   "export --density %g",
		string(trial.Coalition): "a dataset registered with coalition = %g in its policy",
		string(trial.Withhold):  "export --withhold %g",
		string(trial.Canaries):  "pool add domain, for %g canaries in each copy",
	}[r.Setting]
	if r.Helps {
		return fmt.Sprintf("%q: %s rows of it are enough with "+how+" (tried).", r.Leak, grouped(*r.RowsAfter), r.Value)
	}
	return fmt.Sprintf("%q: not traced with "+how+", either (tried).", r.Leak, r.Value)
}

// planWidth is how wide the text of a plan is, in cells of a terminal.
const planWidth = 80

// wrapped writes a paragraph whose lines hang behind its prefix.
func wrapped(w io.Writer, prefix, paragraph string) {
	indent := strings.Repeat(" ", text.StringWidthWithoutEscSequences(prefix))
	for i, line := range strings.Split(text.WrapSoft(printable(paragraph), planWidth-len(indent)), "\n") {
		if i > 0 {
			prefix = indent
		}
		fmt.Fprintln(w, prefix+strings.TrimRight(line, " "))
	}
}

// grouped writes a number with separators.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func orNot(n *int) string {
	if n == nil {
		return "not traced"
	}
	return grouped(*n)
}

func orDash(n *int) string {
	if n == nil {
		return "-"
	}
	return grouped(*n)
}

func times(n int) string {
	switch n {
	case 0:
		return "in none"
	case 1:
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// share writes a share as a percentage of two digits that matter.
func share(x float64) string {
	switch p := 100 * x; {
	case p == 0:
		return "0%"
	case p >= 10:
		return fmt.Sprintf("%.0f%%", p)
	case p >= 1:
		return fmt.Sprintf("%.1f%%", p)
	case p < 0.001:
		return "<0.001%"
	default:
		return fmt.Sprintf("%.2g%%", p)
	}
}

func shareOf(x *float64) string {
	if x == nil {
		return "-"
	}
	return share(*x)
}
