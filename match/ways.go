package match

import (
	"cmp"
	"slices"
	"strings"

	"telltale/match/link"
)

// WayContact is the way of rows that a message's recipient was found in.
const WayContact = "contact"

// WayCount counts the rows that were linked in one way, whatever the columns.
type WayCount struct {
	Way  string `json:"way"` // one of link.Way, or WayContact
	Rows int64  `json:"rows"`
}

// LinkedBy counts the rows that were linked in one way by the same columns.
type LinkedBy struct {
	Dataset string   `json:"dataset"`
	Way     string   `json:"way"`
	Columns []string `json:"columns"` // of the scheme, that agree
	Similar []string `json:"similar"` // that agree but for a slip
	Rows    int64    `json:"rows"`
}

// byKey is how a reading keeps a way and its columns.
func byKey(way link.Way, exact, similar []string) string {
	return string(way) + "\x01" + strings.Join(exact, "\x00") + "\x01" + strings.Join(similar, "\x00")
}

// linkedBy reads a key of observed.By; those of older readings have only columns.
func linkedBy(dataset, key string, rows int64) LinkedBy {
	parts := strings.Split(key, "\x01")
	if key == WayContact {
		parts = []string{WayContact, WayContact, ""}
	}
	if len(parts) != 3 {
		parts = []string{"", key, ""}
	}
	return LinkedBy{dataset, parts[0], columnNames(parts[1]), columnNames(parts[2]), rows}
}

func columnNames(joined string) []string {
	if joined == "" {
		return []string{}
	}
	return strings.Split(joined, "\x00")
}

// countWays adds up links by their way, the most frequent first.
func countWays(links []LinkedBy) []WayCount {
	counts := []WayCount{}
	for _, l := range links {
		i := slices.IndexFunc(counts, func(w WayCount) bool { return w.Way == l.Way })
		if i < 0 {
			i = len(counts)
			counts = append(counts, WayCount{Way: l.Way})
		}
		counts[i].Rows += l.Rows
	}
	slices.SortStableFunc(counts, func(a, b WayCount) int { return cmp.Compare(b.Rows, a.Rows) })
	return counts
}
