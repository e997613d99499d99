package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// newTable is a plain table for people: aligned by display width, so that
// Chinese names line up.
func newTable(header ...string) table.Writer {
	t := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Format = table.FormatOptions{Header: text.FormatDefault}
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	t.SetStyle(style)
	row := table.Row{}
	for _, h := range header {
		row = append(row, h)
	}
	t.AppendHeader(row)
	return t
}

func render(w io.Writer, t table.Writer) {
	for _, line := range strings.Split(t.Render(), "\n") {
		fmt.Fprintln(w, strings.TrimRight(printable(line), " "))
	}
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02") }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }

// parseTime accepts what people write on a command line. A date alone means
// its last moment, UTC: what was seen on a day may come from an export made on
// that day.
func parseTime(flag, value string) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.DateOnly, value); err == nil {
		return t.Add(24*time.Hour - time.Second).UTC(), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateTime, "2006-01-02 15:04", "2006-01-02T15:04", time.RFC1123Z, time.RFC1123} {
		if t, err := time.Parse(layout, value); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, usageError("write it like 2026-05-04 or 2026-05-04T13:30:00Z", "--%s: %q is no time", flag, value)
}

// checkName refuses names that would be confusing in a path or on a screen.
func checkName(what, name string) error {
	bad := func(r rune) bool { return unicode.IsControl(r) || r == '/' || r == '\\' || unicode.Is(unicode.Cf, r) }
	switch {
	case strings.TrimSpace(name) != name || name == "" || name == "." || name == "..":
		return usageError("", "%s name %q is empty or has blanks around it", what, name)
	case len(name) > 200:
		return usageError("", "%s name %.20q... is longer than 200 bytes", what, name)
	case strings.ContainsFunc(name, bad):
		return usageError("", "%s name %q has a slash or a control character", what, name)
	}
	return nil
}

func mkdirFor(path string) error { return os.MkdirAll(filepath.Dir(path), 0o700) }
