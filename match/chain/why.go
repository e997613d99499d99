package chain

import (
	"fmt"
	"strings"
)

// why says in a sentence, with numbers, what speaks for a step.
func (r *reconstruction) why(from, to int) string {
	d := r.u.compare(r.items[from], r.items[to])
	a, b := r.label(from), r.label(to)
	var say []string
	if r.isTop(from) {
		say = append(say, r.whyIssued(from, to, d))
	} else {
		say = append(say, rowsKept(a, b, d))
		if s := inheritedText(a, d); s != "" {
			say = append(say, s)
		}
		if s := r.reverse(from, to); s != "" {
			say = append(say, s)
		}
	}
	if d.foreign > d.foreignKept {
		say = append(say, count(d.foreign-d.foreignKept, "foreign row", "foreign rows")+" added")
	}
	if len(d.lost) > 0 && len(d.lost) <= 6 {
		say = append(say, "columns dropped: "+strings.Join(d.lost, ", "))
	} else if len(d.lost) > 0 {
		say = append(say, count(len(d.lost), "column", "columns")+" dropped")
	}
	if len(d.rewritten) > 0 {
		say = append(say, "rewritten: "+strings.Join(unique(d.rewritten), ", "))
	}
	return strings.Join(say, "; ")
}

func unique(list []string) (out []string) {
	seen := map[string]bool{}
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

func (r *reconstruction) whyIssued(from, to int, d *account) string {
	c := r.items[to]
	rows := count(d.childRows, "row", "rows")
	if from == unknownSource {
		return fmt.Sprintf("%s has %s of ours and no export explains it", r.label(to), rows)
	}
	name := r.items[from].export
	switch _, accused := c.accused[name]; {
	case accused:
		return fmt.Sprintf("%s has %s of the copy issued to %s and carries its marks (log10 likelihood ratio %.1f); no other copy found accounts for it better", r.label(to), rows, name, c.logE[name]/2.302585092994046)
	case c.logE[name] > 0:
		return fmt.Sprintf("%s has %s of the copy issued to %s; marks speak for it (log10 likelihood ratio %.1f) without deciding", r.label(to), rows, name, c.logE[name]/2.302585092994046)
	}
	return fmt.Sprintf("%s has %s of the table issued to %s; no mark tells whose copy it was", r.label(to), rows, name)
}

func rowsKept(a, b string, d *account) string {
	if d.childRows == 0 {
		return fmt.Sprintf("%s shows no row of the table, only what was planted among them; nothing speaks against %s before it", b, a)
	}
	rows := count(d.childRows, "row", "rows")
	if d.added == 0 {
		return fmt.Sprintf("%s has %s, all in %s", b, rows, a)
	}
	return fmt.Sprintf("%s has %s, %s of them in %s", b, rows, count(d.kept, "", ""), a)
}

// inheritedText lists what the child can only have from this parent.
func inheritedText(a string, d *account) string {
	var s []string
	if d.inherited > 0 {
		s = append(s, fmt.Sprintf("%s of %s recur", count(d.inherited, "edited cell", "edited cells"), a))
	}
	if d.foreignKept > 0 {
		s = append(s, fmt.Sprintf("%s of %s recur", count(d.foreignKept, "foreign row", "foreign rows"), a))
	}
	if n := len(d.lostShared); n > 0 && n <= 4 {
		s = append(s, "both lack "+strings.Join(d.lostShared, ", "))
	} else if n > 0 {
		s = append(s, fmt.Sprintf("both lack %d columns", n))
	}
	if d.orderKept {
		s = append(s, "the rows stand in its changed order")
	}
	if d.columnsKept {
		s = append(s, "the columns stand in its changed order")
	}
	return strings.Join(s, ", ")
}

// reverse says what the opposite direction would need.
func (r *reconstruction) reverse(from, to int) string {
	back := r.u.compare(r.items[to], r.items[from])
	var need []string
	if back.added > 0 {
		need = append(need, count(back.added, "row", "rows")+" from nowhere")
	}
	if n := len(back.regained); n > 0 {
		need = append(need, count(n, "lost column", "lost columns")+" regained")
	}
	if n := back.foreign - back.foreignKept; n > 0 {
		need = append(need, count(n, "new foreign row", "new foreign rows"))
	}
	if back.revert > 0 {
		need = append(need, count(back.revert, "edited cell", "edited cells")+" restored")
	}
	if len(need) == 0 {
		return "the content does not tell the direction"
	}
	return "the reverse would need " + strings.Join(need, ", ")
}
