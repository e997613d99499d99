package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"telltale/internal/screen"
	"telltale/match"
	"telltale/match/chain"
)

// Case is what a page says of a case.
type Case struct {
	Name   string
	Tool   string    // program and version
	Made   time.Time // when the page was written
	Result match.Result
	Facts  []chain.Fact
	Chain  *chain.Graph // nil if the case holds nothing to order
}

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"safe":    screen.Safe,
	"log10":   Log10,
	"bound":   Bound,
	"oneIn":   oneIn,
	"count":   count,
	"percent": func(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) },
	"join":    func(list []string) string { return strings.Join(list, ", ") },
	"day":     func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") },
	"source":  sourceName,
	"seen":    sightingOf,
	"party":   func(g *chain.Graph, id string) string { return nodeTitle(nodeOf(g, id)) },
}).Parse(pageText))

// Page writes a case as one HTML file for a browser or a printer. It loads
// nothing from a network and runs no script. First comes what was found in
// plain language, see Statement; then the figures behind it.
func Page(w io.Writer, c Case) error {
	type view struct {
		Case
		Statement Statement
		Drawing   *drawing
	}
	v := view{Case: c, Statement: Say(c.Result)}
	if c.Chain != nil && len(c.Chain.Edges) > 0 {
		v.Drawing = draw(*c.Chain)
	}
	return page.Execute(w, v)
}

// sourceName is a line of evidence in words.
func sourceName(source string) string {
	switch source {
	case match.SourceCanary:
		return "fabricated identities of one copy"
	case match.SourceShared:
		return "fabricated identities of some copies"
	case match.SourceCells:
		return "marked cells"
	case match.SourceWithheld:
		return "rows left out of copies"
	case match.SourceAlias:
		return "relay addresses and numbers"
	}
	return source
}
