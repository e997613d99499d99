package link

import "slices"

// item is an entry of a list: the hash of a value and the row that holds it.
type item struct {
	hash uint64
	row  uint32
}

// sortItems sorts by hash and then by row, provided that items are in the order
// of their rows. It returns spare, grown to len(items), for the next call.
//
// Hashes are uniform, so three stable passes over their upper 33 bits leave
// almost nothing to the insertion sort that ends it.
func sortItems(items, spare []item) []item {
	if len(items) < 1<<12 {
		slices.SortFunc(items, compare)
		return spare
	}
	spare = slices.Grow(spare[:0], len(items))[:len(items)]
	from, to := items, spare
	for shift := 31; shift < 64; shift += 11 {
		radixPass(from, to, shift)
		from, to = to, from
	}
	copy(items, from) // three passes end in spare
	for i := 1; i < len(items); i++ {
		for j := i; j > 0 && compare(items[j], items[j-1]) < 0; j-- {
			items[j], items[j-1] = items[j-1], items[j]
		}
	}
	return spare
}

func radixPass(from, to []item, shift int) {
	const mask = 1<<11 - 1
	var at [mask + 1]int
	for i := range from {
		at[from[i].hash>>shift&mask]++
	}
	sum := 0
	for i, n := range at {
		at[i], sum = sum, sum+n
	}
	for i := range from {
		p := &at[from[i].hash>>shift&mask]
		to[*p] = from[i]
		*p++
	}
}

func compare(a, b item) int {
	if a.hash != b.hash {
		if a.hash < b.hash {
			return -1
		}
		return 1
	}
	return int(int64(a.row) - int64(b.row))
}
