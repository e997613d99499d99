package cli

import (
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// wrap breaks lines that are wider than the terminal between words. What
// follows stands below the first words, not below their label.
func wrap(s string, width int) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if text.StringWidthWithoutEscSequences(line) > width {
			lines[i] = wrapLine(line, width)
		}
	}
	return strings.Join(lines, "\n")
}

func wrapLine(line string, width int) string {
	var b strings.Builder
	indent := hanging(line)
	if indent > width/2 {
		indent = 0
	}
	column, gap := 0, ""
	for _, part := range strings.SplitAfter(line, " ") {
		word := strings.TrimSuffix(part, " ")
		wide := text.StringWidthWithoutEscSequences(word)
		if column > indent && column+len(gap)+wide > width {
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column, gap = indent, ""
		}
		b.WriteString(gap + word)
		column += len(gap) + wide
		gap = part[len(word):]
	}
	return b.String()
}

// hanging is the column of the first words of a line: after its indentation,
// branches of a tree and a label, which two spaces end.
func hanging(line string) int {
	const longestLabel = 24
	rest := strings.TrimLeft(line, " │├└─")
	lead := text.StringWidthWithoutEscSequences(line[:len(line)-len(rest)])
	label, words, found := strings.Cut(rest, "  ")
	if !found || len(label) > longestLabel || words == "" {
		return lead
	}
	words = strings.TrimLeft(words, " ")
	return lead + text.StringWidthWithoutEscSequences(rest[:len(rest)-len(words)])
}
