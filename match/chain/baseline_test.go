package chain

import (
	"math"
	"slices"
)

// The literature's baselines work on a matrix of dissimilarities: what it
// takes to make one copy from another, without hidden copies and merges. Ours
// counts added rows, lost and changed cells, as image phylogeny counts what
// the best transformation leaves of the difference.

// dissimilarity is a description length of child as made from parent.
func dissimilarity(u *union, parent, child *copied) float64 {
	d := u.compare(parent, child)
	cost := subset(float64(d.parentRows), float64(d.kept)) + 9*float64(d.added)
	cost += 10*float64(d.edits+d.foreign-d.foreignKept) + 12*float64(d.revert) + 14*float64(len(d.regained))
	return cost + 6*float64(len(d.renamed)+len(d.rewritten))
}

// kruskal is Oriented Kruskal (Dias, Rocha and Goldenstein, 2012): edges in
// the order of their dissimilarity, each taken when its child has no parent
// yet and it closes no cycle.
func kruskal(cost [][]float64, root int) []int {
	n := len(cost)
	parent, tree := make([]int, n), make([]int, n)
	for v := range n {
		parent[v], tree[v] = -1, v
	}
	type edge struct{ from, to int }
	var edges []edge
	for u := range n {
		for v := range n {
			if u != v && v != root && !math.IsInf(cost[u][v], 1) {
				edges = append(edges, edge{u, v})
			}
		}
	}
	slices.SortStableFunc(edges, func(a, b edge) int {
		switch x, y := cost[a.from][a.to], cost[b.from][b.to]; {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	for _, e := range edges {
		if parent[e.to] < 0 && tree[e.from] != tree[e.to] {
			parent[e.to] = e.from
			old := tree[e.to]
			for v := range n {
				if tree[v] == old {
					tree[v] = tree[e.from]
				}
			}
		}
	}
	return parent
}

// baseline reconstructs a trade by a tree over the copies that were seen.
func baseline(t truth, solve func(cost [][]float64, root int) []int) Graph {
	var items []*copied
	root := 0
	for i, n := range t.nodes {
		items = append(items, newCopied(i, n))
		if n.Kind == Export {
			root = i
		}
	}
	readdress(items)
	u := unionOf(items)
	traitsOf(items, u)
	cost := make([][]float64, len(items))
	for i, p := range items {
		for k, c := range items {
			x := math.Inf(1)
			if i != k && k != root {
				x = dissimilarity(u, p, c)
			}
			cost[i] = append(cost[i], x)
		}
	}
	g := Graph{}
	for v, p := range solve(cost, root) {
		g.Nodes = append(g.Nodes, GraphNode{ID: t.nodes[v].ID, Kind: t.nodes[v].Kind})
		if p >= 0 {
			g.Edges = append(g.Edges, Edge{From: t.nodes[p].ID, To: t.nodes[v].ID})
		}
	}
	return g
}

func edmonds(cost [][]float64, root int) []int {
	parent, _ := branching(cost, root)
	return parent
}
