package chain

import "slices"

// sameOrder is the share of row pairs in the same order that makes two orders
// one.
const sameOrder = 0.97

// issuedOrder reports whether rows stand in the order of the issued table.
func issuedOrder(o []Position) bool {
	same := 0
	for i := 1; i < len(o); i++ {
		if o[i].At > o[i-1].At {
			same++
		}
	}
	return float64(same) >= sameOrder*float64(len(o)-1)
}

// concordance is the share of neighbouring rows, among those that both orders
// have, that stand in the same order in both; 1 for fewer than eight of them
// is not claimed: it is 0 then.
func concordance(a, b []Position) float64 {
	type pair struct{ a, b uint32 }
	var both []pair
	for i, k := 0, 0; i < len(a) && k < len(b); {
		switch {
		case a[i].Row < b[k].Row:
			i++
		case b[k].Row < a[i].Row:
			k++
		default:
			both = append(both, pair{a[i].At, b[k].At})
			i, k = i+1, k+1
		}
	}
	if len(both) < 8 {
		return 0
	}
	slices.SortFunc(both, func(x, y pair) int { return int(int64(x.a) - int64(y.a)) })
	same := 0
	for i := 1; i < len(both); i++ {
		if both[i].b > both[i-1].b {
			same++
		}
	}
	return float64(same) / float64(len(both)-1)
}
