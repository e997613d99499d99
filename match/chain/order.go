package chain

import "slices"

// order accounts for the order of rows.
func (d *derivation) order(m *model, p, c *held) float64 {
	if len(c.order) < 8 || len(p.order) < 8 && issuedOrder(c.order) {
		return 0
	}
	if concordance(p.order, c.order) > sameOrder {
		d.orderKept = !issuedOrder(c.order)
		return 0
	}
	return d.orderBroken(c)
}

func (m *model) orderFromIssue(d *derivation, c *held) float64 {
	if len(c.order) < 8 || issuedOrder(c.order) {
		return 0
	}
	return d.orderBroken(c)
}

func (d *derivation) orderBroken(c *held) float64 {
	d.reordered = true
	if issuedOrder(c.order) {
		return costResorted
	}
	return costShuffled
}

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
