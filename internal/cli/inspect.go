package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	gopretty "github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v2"

	"telltale/internal/survey"
	"telltale/internal/table"
)

func (p *program) inspectCommand() *cli.Command {
	return &cli.Command{
		Name: "inspect", Usage: "say what a table is, and what marks and canaries it can carry", ArgsUsage: "FILE|-",
		Flags:  append(inputFlags(), &cli.StringFlag{Name: "locale", Usage: "such as en-GB or zh-CN, instead of what is guessed"}),
		Action: p.runInspect,
	}
}

type columnDoc struct {
	Name     string  `json:"name"`
	Kind     string  `json:"kind"`
	Key      bool    `json:"key"`
	Identity bool    `json:"identity"`
	Carrier  string  `json:"carrier"`
	Capacity float64 `json:"capacity"`
	Empty    float64 `json:"empty"`
	Distinct int     `json:"distinct"`
	Sorted   bool    `json:"sorted"`
	Alias    string  `json:"alias,omitempty"`
}

type inspectDoc struct {
	Schema      string      `json:"schema"`
	Name        string      `json:"name"`
	Format      string      `json:"format"`
	Encoding    string      `json:"encoding"`
	Compression string      `json:"compression"`
	Delimiter   string      `json:"delimiter"`
	Header      bool        `json:"header"`
	Table       string      `json:"table"`
	Locale      string      `json:"locale"`
	Rows        int64       `json:"rows"`
	Unreadable  int64       `json:"unreadable"`
	Columns     []columnDoc `json:"columns"`
	MarkCells   int64       `json:"mark_cells"`
	Density     float64     `json:"density"`
	Phones      int         `json:"phones_per_canary"`
	Emails      int         `json:"emails_per_canary"`
	Warnings    []string    `json:"warnings"`
}

func (p *program) runInspect(c *cli.Context) error {
	args, err := arguments(c, 1, 1, "a file, or -")
	if err != nil {
		return err
	}
	o, err := inputOptions(c)
	if err != nil {
		return err
	}
	f, err := p.openTable(args[0], o)
	if err != nil {
		return err
	}
	defer f.Close()
	docs, unreadable, err := p.inspectAll(c.Context, f, c.String("locale"))
	if err != nil {
		return err
	}
	doc := map[string]any{"schema": "telltale.inspect/1", "tables": docs}
	if len(docs) == 1 {
		docs[0].Schema = "telltale.inspect/1"
		err = p.print(docs[0], func(w io.Writer) { writeInspect(w, docs[0]) })
	} else {
		err = p.print(doc, func(w io.Writer) {
			for _, d := range docs {
				writeInspect(w, d)
				fmt.Fprintln(w)
			}
		})
	}
	if err == nil && unreadable > 0 {
		return status(exitIncomplete)
	}
	return err
}

func (p *program) inspectAll(ctx context.Context, f *table.File, locale string) ([]inspectDoc, int64, error) {
	docs := []inspectDoc{}
	var unreadable int64
	for {
		r, err := f.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return docs, unreadable, err
		}
		s, err := survey.Read(ctx, r, survey.Choices{Locale: locale})
		if err != nil {
			return docs, unreadable, err
		}
		unreadable += s.Unreadable
		docs = append(docs, surveyDoc(f.Info().Name, s))
	}
	if len(docs) == 0 {
		return docs, unreadable, fmt.Errorf("%s: %w", f.Info().Name, table.ErrEmpty)
	}
	return docs, unreadable, nil
}

func surveyDoc(name string, s *survey.Survey) inspectDoc {
	doc := inspectDoc{Name: name, Format: string(s.Schema.Format), Encoding: s.Schema.Encoding, Compression: s.Schema.Compression,
		Header: s.Schema.Header, Table: s.Schema.Name, Locale: s.Locale, Rows: s.Rows, Unreadable: s.Unreadable,
		Columns: []columnDoc{}, MarkCells: s.MarkCells(), Density: s.Density, Warnings: surveyWarnings(s)}
	if s.Schema.Format == table.CSV {
		doc.Delimiter = delimiterName(s.Schema.Delimiter)
	}
	doc.Phones, doc.Emails = s.Profile.Needs()
	for _, c := range s.Columns {
		doc.Columns = append(doc.Columns, columnDoc{c.Name, string(c.Kind), c.Key, c.Identity, carrierName(c.Carrier), c.Capacity, c.Empty, c.Distinct, c.Sorted, ""})
	}
	return doc
}

func carrierName(spec string) string {
	if spec == "" {
		return "none"
	}
	return spec
}

// carrierInWords is a specification short enough for a table.
func carrierInWords(spec string) string {
	if pairs := strings.Count(spec, ":"); strings.HasPrefix(spec, "category:") {
		return fmt.Sprintf("category, %d %s", pairs, map[bool]string{true: "pair", false: "pairs"}[pairs == 1])
	}
	return spec
}

func surveyWarnings(s *survey.Survey) []string {
	warnings := []string{}
	keys, marks := 0, s.MarkCells()
	for _, c := range s.Columns {
		if c.Key {
			keys++
		}
	}
	if keys == 0 {
		warnings = append(warnings, "no column, and no small set of columns, is unique: name the key with dataset add --key")
	}
	if marks < 100 {
		warnings = append(warnings, fmt.Sprintf("the table can carry about %d marks; a leak of the whole table needs some 50 to name one of 1,000 recipients: rely on canaries and --withhold", marks))
	}
	if s.FirstBad != nil {
		warnings = append(warnings, fmt.Sprintf("%d rows are not as they should be; the first: %v", s.Unreadable, s.FirstBad))
	}
	return warnings
}

func writeInspect(w io.Writer, d inspectDoc) {
	title := d.Name
	if d.Table != "" {
		title += ", table " + d.Table
	}
	fmt.Fprintf(w, "%s: %s\n", printable(title), strings.Join(detected(d), ", "))
	fmt.Fprintf(w, "%d rows, %d columns, locale %s\n\n", d.Rows, len(d.Columns), first(d.Locale, "not known"))
	t := newTable("COLUMN", "KIND", "ROLE", "CARRIER", "CELLS THAT CAN CARRY", "EMPTY", "SORTED")
	for _, c := range d.Columns {
		t.AppendRow(gopretty.Row{c.Name, c.Kind, roleName(c), carrierInWords(c.Carrier), percent(c.Capacity), percent(c.Empty), mark(c.Sorted)})
	}
	render(w, t)
	fmt.Fprintf(w, "\nmarks     about %d cells of a copy at density %.2g\n", d.MarkCells, d.Density)
	fmt.Fprintf(w, "canaries  telephone numbers for each: %d, mailboxes: %d (none if a domain is owned)\n", d.Phones, d.Emails)
	for _, warning := range d.Warnings {
		fmt.Fprintf(w, "warning   %s\n", printable(warning))
	}
}

func detected(d inspectDoc) []string {
	parts := []string{d.Format, d.Encoding}
	if d.Delimiter != "" {
		parts = append(parts, "delimiter "+d.Delimiter)
	}
	if d.Header {
		parts = append(parts, "header")
	} else {
		parts = append(parts, "no header")
	}
	if d.Compression != "" {
		parts = append(parts, d.Compression)
	}
	return parts
}

func roleName(c columnDoc) string {
	switch {
	case c.Key && c.Identity:
		return "key, identity"
	case c.Key:
		return "key"
	case c.Identity:
		return "identity"
	}
	return ""
}

func percent(share float64) string {
	if share == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f%%", 100*share)
}

func mark(yes bool) string {
	if yes {
		return "yes"
	}
	return ""
}
