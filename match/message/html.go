package message

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// htmlText returns the text of a page, hidden text included, and what its
// attributes point to. It follows no link and runs nothing.
func htmlText(page string) (text string, links []string) {
	z := html.NewTokenizer(strings.NewReader(page))
	var b strings.Builder
	skip := atom.Atom(0)
	for {
		switch z.Next() {
		case html.ErrorToken:
			return squeeze(b.String()), links
		case html.TextToken:
			if skip == 0 {
				b.Write(z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			links = append(links, tagLinks(t, &b)...)
			if t.Type == html.StartTagToken && (t.DataAtom == atom.Script || t.DataAtom == atom.Style) {
				skip = t.DataAtom
			}
			breakLine(t.DataAtom, &b)
		case html.EndTagToken:
			t := z.Token()
			if t.DataAtom == skip {
				skip = 0
			}
			breakLine(t.DataAtom, &b)
		}
	}
}

func tagLinks(t html.Token, b *strings.Builder) (links []string) {
	for _, a := range t.Attr {
		v := strings.TrimSpace(a.Val)
		if v == "" {
			continue
		}
		switch a.Key {
		case "href", "src", "action", "background":
			if !strings.HasPrefix(v, "#") && !strings.HasPrefix(v, "cid:") && !strings.HasPrefix(v, "data:") {
				links = append(links, v)
			}
		case "alt", "title", "value", "placeholder", "content":
			b.WriteString(" " + v + " ")
		}
	}
	return links
}

func breakLine(a atom.Atom, b *strings.Builder) {
	switch a {
	case atom.P, atom.Br, atom.Div, atom.Tr, atom.Li, atom.H1, atom.H2, atom.H3, atom.H4, atom.Table, atom.Title,
		atom.Blockquote, atom.Pre, atom.Ul, atom.Ol, atom.Hr, atom.Center:
		b.WriteByte('\n')
	case atom.Td, atom.Th:
		b.WriteByte(' ')
	}
}

// squeeze takes out runs of blanks and empty lines.
func squeeze(s string) string {
	lines := strings.Split(s, "\n")
	out := lines[:0]
	for _, l := range lines {
		if l = strings.Join(strings.Fields(l), " "); l != "" {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}
