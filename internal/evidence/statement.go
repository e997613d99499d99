package evidence

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// statement is the bundle in plain language: what it says, how sure, what else
// could be, and what it does not say.
func (b *Bundle) statement() string {
	var s strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&s, format+"\n", args...) }
	line("Proposition: %s.", b.Proposition)
	line("")
	r := b.Result
	if r.Passes {
		line("The evidence supports it. What was found is 10^%.1f times as probable if the", r.Log10LR)
		line("proposition is true as if it is not. %s were candidates. That any of them", b.candidates())
		line("whose copies are no source would be named by evidence of this weight has a")
		line("probability of at most %.1g.", r.Bound)
	} else {
		line("The evidence in this bundle is NOT sufficient. What was found is 10^%.1f times as", r.Log10LR)
		line("probable if the proposition is true as if it is not; with %d candidates, 10^%.1f", r.Candidates, math.Log10(float64(r.Candidates)/r.Alpha))
		line("are asked for.")
	}
	line("")
	line("The copy: %s, issued to %s on %s, %d rows, SHA-256 %s.", b.Export.ID, b.Export.Recipient, moment(b.Export.Micros).Format(time.DateOnly), b.Export.Rows, b.Export.SHA256)
	for _, in := range b.Inputs {
		line("Examined: %s, %d bytes, SHA-256 %s;", in.Name, in.Bytes, in.SHA256)
		line("  %d of %d rows that were considered are opened here.", in.Used, in.considered())
	}
	line("")
	line("What it rests on:")
	for _, l := range r.Lines {
		line("  %-9s %6d %-38s 10^%.1f", l.Source, l.N, lineOf[l.Source], l.Log10LR)
	}
	line("  Had every row of the inputs that is left out been left out on purpose, to make the")
	line("  evidence look stronger, 10^%.1f would remain.", r.Cherry)
	line("")
	line("Alternatives that the evidence does not exclude:")
	line("  - the copy was stolen from %s, or an account or machine there was used by others;", b.Export.Recipient)
	line("  - the issuer, who made the copy and holds the key, leaked it or made up the leak;")
	line("  - somebody who holds the copy made the leak look as it does, to burden %s.", b.Export.Recipient)
	line("")
	if len(b.LeftOut) > 0 {
		line("Not weighed here, by one rule for all bundles, whatever it would have said:")
		for _, what := range b.LeftOut {
			line("  - %s.", what)
		}
		line("")
	}
	line("Limits: a mark names a copy, never a person. The evidence does not say who passed the")
	line("data on, when, or why, and does not say that nobody else did. The number of candidates")
	line("is the issuer's statement. The times are the issuer's unless a stamp is attached.")
	return s.String()
}

// candidates are recipients, or their copies.
func (b *Bundle) candidates() string {
	if b.Recipients == 0 {
		return fmt.Sprintf("%d recipients", b.Result.Candidates)
	}
	return fmt.Sprintf("%d copies of %d recipients", b.Result.Candidates, b.Recipients)
}

var lineOf = map[string]string{
	sourceCells:    "marks of cells, read in the leak:",
	sourceWithheld: "rows, by what the copy lacks:",
	sourceCanary:   "fabricated identities, seen or not:",
}

// computation is how the numbers come about, in readable form.
func (b *Bundle) computation() string {
	var s strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&s, format+"\n", args...) }
	line("Formulas: %s, docs/evidence.md. Natural logarithms unless log10 is written.", Schema)
	if scheme, err := b.scheme(); err == nil {
		counts, _ := b.cellCounts(scheme)
		line("")
		line("cells: sites read once, by column, bias p, symbol y read, bit x of the recipient, number")
		for _, c := range counts {
			line("  %-20s p=%.4f y=%d x=%d n=%.0f", scheme.Columns[c.column].Name, float64(c.bias)/(1<<32), c.symbol, c.bit, c.n)
		}
	}
	if b.Export.WithholdRate > 0 {
		present, missing := b.withheldCounts()
		line("")
		line("withheld: rate q=%g, %d rows that the copy held, %d that were withheld from it", b.Export.WithholdRate, present, missing)
	}
	if nulls, misses, err := b.nulls(); err == nil && len(nulls) > 0 {
		line("")
		line("canaries: chance of each hit without the copy: %.3g; not seen: %d", nulls, misses)
	}
	line("")
	for _, l := range b.Result.Lines {
		line("log10 E(%s) = %.6f", l.Source, l.Log10LR)
	}
	line("log10 E = %.6f", b.Result.Log10LR)
	line("bound = min(1, N/E), N = %d: %.6g", b.Result.Candidates, b.Result.Bound)
	line("an accusation takes log10(N/alpha), alpha = %g: %.6f", b.Result.Alpha, math.Log10(float64(b.Result.Candidates)/b.Result.Alpha))
	line("rows of the inputs chosen on purpose: log10 E - sum of log10 C(considered, opened) = %.6f", b.Result.Cherry)
	return s.String()
}
