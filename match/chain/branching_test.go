package chain

import "math"

// branching finds the cheapest arborescence of a complete digraph: parent[v]
// for every v, -1 for root. cost[u][v] is the cost of the edge u -> v; +Inf
// forbids it. ok is false when some node cannot be reached.
//
// Chu-Liu (1965) and Edmonds (1967), by contraction; O(V^3). Ties go to the
// parent with the smaller number.
func branching(cost [][]float64, root int) (parent []int, ok bool) {
	n := len(cost)
	parent = make([]int, n)
	for v := range n {
		parent[v] = -1
		if v == root {
			continue
		}
		best := math.Inf(1)
		for u := range n {
			if u != v && cost[u][v] < best {
				best, parent[v] = cost[u][v], u
			}
		}
		if parent[v] < 0 {
			return nil, false
		}
	}
	cycle := findCycle(parent, root)
	if cycle == nil {
		return parent, true
	}
	return contract(cost, root, parent, cycle)
}

// findCycle returns the nodes of some cycle of parents, or nil.
func findCycle(parent []int, root int) []int {
	state := make([]int, len(parent)) // 0 new, else 1 + the walk that met it
	for s := range parent {
		v := s
		for v != root && v >= 0 && state[v] == 0 {
			state[v] = s + 1
			v = parent[v]
		}
		if v == root || v < 0 || state[v] != s+1 {
			continue
		}
		cycle := []int{v}
		for u := parent[v]; u != v; u = parent[u] {
			cycle = append(cycle, u)
		}
		return cycle
	}
	return nil
}

// contract replaces a cycle by one node, solves what is left, and opens the
// cycle where the solution enters it.
func contract(cost [][]float64, root int, parent, cycle []int) ([]int, bool) {
	n := len(cost)
	in := make([]bool, n)
	for _, v := range cycle {
		in[v] = true
	}
	var outside []int
	for v := range n {
		if !in[v] {
			outside = append(outside, v)
		}
	}
	k := len(outside) // number of the contracted node
	small := make([][]float64, k+1)
	for i := range small {
		small[i] = make([]float64, k+1)
	}
	enter, leave := make([]int, k), make([]int, k) // the cycle's node at which an edge ends or begins
	small[k][k] = math.Inf(1)
	for i, u := range outside {
		for j, v := range outside {
			small[i][j] = cost[u][v]
		}
		small[i][k], small[k][i] = math.Inf(1), math.Inf(1)
		enter[i], leave[i] = cycle[0], cycle[0]
		for _, c := range cycle {
			if w := cost[u][c] - cost[parent[c]][c]; w < small[i][k] {
				small[i][k], enter[i] = w, c
			}
			if w := cost[c][u]; w < small[k][i] {
				small[k][i], leave[i] = w, c
			}
		}
	}
	newRoot := 0
	for i, v := range outside {
		if v == root {
			newRoot = i
		}
	}
	sub, ok := branching(small, newRoot)
	if !ok {
		return nil, false
	}
	out := make([]int, n)
	for _, c := range cycle {
		out[c] = parent[c]
	}
	for i, v := range outside {
		switch p := sub[i]; {
		case p < 0:
			out[v] = -1
		case p == k:
			out[v] = leave[i]
		default:
			out[v] = outside[p]
		}
	}
	entry := sub[k]
	out[enter[entry]] = outside[entry]
	return out, true
}
