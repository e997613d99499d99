package canary

import (
	"math"
	"slices"
)

const (
	treeRounds = 40
	treeDepth  = 4
	treeBins   = 32
	treeRate   = 0.15
	treeLambda = 1.0
)

// forest is a gradient-boosted ensemble of trees for logistic loss over binned
// features (Friedman 2001; histogram splits as in Ke et al. 2017, LightGBM).
// Products are rounded before they are added, so that machines that fuse the
// two grow the same trees.
type forest struct {
	Cuts  [][]float64 // of each feature
	Trees [][]split   // nodes by heap position: children of i are 2i+1, 2i+2
	gains []float64
}

type split struct {
	Feature int // -1: a leaf
	Bin     uint8
	Value   float64
}

// growForest trains on rows x (by row, then feature) with weights.
func growForest(x [][]float64, y []bool, weight []float64) *forest {
	f := &forest{Cuts: make([][]float64, len(x[0])), gains: make([]float64, len(x[0]))}
	binned := make([][]uint8, len(x[0]))
	for j := range binned {
		f.Cuts[j] = quantiles(x, j)
		binned[j] = make([]uint8, len(x))
		for i := range x {
			binned[j][i] = f.bin(j, x[i][j])
		}
	}
	score := make([]float64, len(x))
	g, h := make([]float64, len(x)), make([]float64, len(x))
	for range treeRounds {
		for i := range x {
			p := 1 / (1 + math.Exp(-score[i]))
			t := 0.0
			if y[i] {
				t = 1
			}
			g[i], h[i] = weight[i]*(p-t), weight[i]*p*(1-p)
		}
		all := make([]int, len(x))
		for i := range all {
			all[i] = i
		}
		tree := make([]split, 1<<(treeDepth+1))
		f.grow(tree, 0, 0, all, binned, g, h, score)
		f.Trees = append(f.Trees, tree)
	}
	return f
}

func quantiles(x [][]float64, j int) []float64 {
	v := make([]float64, len(x))
	for i := range x {
		v[i] = x[i][j]
	}
	slices.Sort(v)
	var cuts []float64
	for b := 1; b < treeBins; b++ {
		if c := v[b*len(v)/treeBins]; len(cuts) == 0 || c > cuts[len(cuts)-1] {
			cuts = append(cuts, c)
		}
	}
	return cuts
}

func (f *forest) bin(j int, v float64) uint8 {
	at, found := slices.BinarySearch(f.Cuts[j], v)
	if found {
		at++
	}
	return uint8(at)
}

func (f *forest) grow(tree []split, node, depth int, rows []int, binned [][]uint8, g, h, score []float64) {
	sumG, sumH := 0.0, 0.0
	for _, i := range rows {
		sumG, sumH = sumG+g[i], sumH+h[i]
	}
	best, gain := split{Feature: -1}, 1e-3
	if depth < treeDepth && len(rows) > 20 {
		for j := range binned {
			var gs, hs [treeBins + 1]float64
			for _, i := range rows {
				gs[binned[j][i]] += g[i]
				hs[binned[j][i]] += h[i]
			}
			left, leftH := 0.0, 0.0
			for b := range len(f.Cuts[j]) {
				left, leftH = left+gs[b], leftH+hs[b]
				right, rightH := sumG-left, sumH-leftH
				if leftH < 1 || rightH < 1 {
					continue
				}
				if k := left*left/(leftH+treeLambda) + right*right/(rightH+treeLambda) - sumG*sumG/(sumH+treeLambda); k > gain {
					best, gain = split{Feature: j, Bin: uint8(b)}, k
				}
			}
		}
	}
	if best.Feature < 0 {
		best.Value = -treeRate * sumG / (sumH + treeLambda)
		for _, i := range rows {
			score[i] += best.Value
		}
		tree[node] = best
		return
	}
	f.gains[best.Feature] += gain
	tree[node] = best
	var left, right []int
	for _, i := range rows {
		if binned[best.Feature][i] <= best.Bin {
			left = append(left, i)
		} else {
			right = append(right, i)
		}
	}
	f.grow(tree, 2*node+1, depth+1, left, binned, g, h, score)
	f.grow(tree, 2*node+2, depth+1, right, binned, g, h, score)
}

func (f *forest) score(x []float64) float64 {
	s := 0.0
	for _, tree := range f.Trees {
		node := 0
		for tree[node].Feature >= 0 {
			at := tree[node]
			node = 2*node + 1
			if f.bin(at.Feature, x[at.Feature]) > at.Bin {
				node++
			}
		}
		s += tree[node].Value
	}
	return s
}
