package chain

import (
	"cmp"
	"slices"
)

// Merge returns the sketch of two parts of one sighting, such as the messages
// of a campaign or the files of one seller. The kind, holder and recipients
// are a's where it has them; a row's cells are a's where both have it.
func Merge(a, b *Sketch) *Sketch {
	if a == nil || b == nil {
		if a == nil {
			return b
		}
		return a
	}
	out := *a
	out.Kind, out.Holder = cmp.Or(a.Kind, b.Kind), cmp.Or(a.Holder, b.Holder)
	if a.FirstSeen.IsZero() || !b.FirstSeen.IsZero() && b.FirstSeen.Before(a.FirstSeen) {
		out.FirstSeen = b.FirstSeen
	}
	out.Recipients = slices.Clone(a.Recipients)
	for _, r := range b.Recipients {
		if !slices.ContainsFunc(out.Recipients, func(x Share) bool { return x.Recipient == r.Recipient }) {
			out.Recipients = append(out.Recipients, r)
		}
	}
	out.Rows, out.Repeats = a.Rows+b.Rows, a.Repeats+b.Repeats
	out.Foreign = mergeForeign(a.Foreign, b.Foreign)
	out.Tables = mergeTables(a.Tables, b.Tables)
	out.Habits = slices.Clone(a.Habits)
	for _, h := range b.Habits {
		if !slices.ContainsFunc(out.Habits, func(x Habit) bool { return x.Name == h.Name }) {
			out.Habits = append(out.Habits, h)
		}
	}
	slices.SortFunc(out.Habits, func(x, y Habit) int { return cmp.Compare(x.Name, y.Name) })
	return &out
}

func mergeTables(a, b []Table) []Table {
	out := slices.Clone(a)
	for _, t := range b {
		i := slices.IndexFunc(out, func(x Table) bool { return x.Dataset == t.Dataset && x.Snapshot == t.Snapshot })
		if i < 0 {
			out = append(out, t)
			continue
		}
		j := joinHeld(heldOf(&out[i]), heldOf(&t))
		out[i] = Table{Dataset: t.Dataset, Snapshot: t.Snapshot, Rows: j.rows, Columns: j.cols, Ranks: ranksOf(j.cols, &out[i], &t), Order: j.order,
			Cells:   Cells{Limit: j.limit, Rows: j.sample, Hashes: j.hashes, Edited: j.edited, Known: j.known},
			Aliases: mergeAliases(out[i].Aliases, t.Aliases)}
	}
	slices.SortFunc(out, func(x, y Table) int {
		return cmp.Or(cmp.Compare(x.Dataset, y.Dataset), cmp.Compare(x.Snapshot, y.Snapshot))
	})
	return out
}

func mergeForeign(a, b Foreign) Foreign {
	out := Foreign{Limit: min(a.Limit, b.Limit), Total: max(a.Total-int64(len(a.Rows)), 0) + max(b.Total-int64(len(b.Rows)), 0)}
	for _, row := range append(slices.Clone(a.Rows), b.Rows...) {
		if row[0] <= out.Limit {
			out.Rows = append(out.Rows, row)
		} else {
			out.Total++
		}
	}
	slices.SortFunc(out.Rows, slices.Compare)
	out.Rows = slices.CompactFunc(out.Rows, func(x, y []uint64) bool { return slices.Equal(x, y) })
	out.Total += int64(len(out.Rows))
	return out
}

func mergeAliases(a, b []Alias) []Alias {
	out := append(slices.Clone(a), b...)
	slices.SortFunc(out, compareAliases)
	out = slices.Compact(out)
	return out[:min(len(out), MaxAliases)]
}

// ranksOf puts the orders of values of two tables together.
func ranksOf(columns []Column, tables ...*Table) [][]uint16 {
	out := make([][]uint16, len(columns))
	for k, c := range columns {
		var lists [][]uint16
		for _, t := range tables {
			i := slices.IndexFunc(t.Columns, func(x Column) bool { return x.Name == c.Name })
			if i >= 0 && i < len(t.Ranks) && len(t.Ranks[i]) > 0 {
				lists = append(lists, t.Ranks[i])
			}
		}
		out[k] = mergeRanks(lists)
	}
	return out
}
