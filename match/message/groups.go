package message

import "cmp"

// Groups puts messages together as they come in. A message joins every group
// with which it shares a trait or nearly the text; groups that one message
// joins become one. The zero value is not ready: see NewGroups.
type Groups struct {
	parent []int32
	name   []Trait         // per root: the first trait that its messages share; Kind 0 for a single message
	keys   map[Trait]int32 // -> a message that has it
	texts  map[uint64]int32
	bands  map[uint64]int32 // -> 1 + a message that is kept
	kept   map[int32]Sketch // of messages that stand for a text
	joined []int            // see Joined
}

// NewGroups returns groups without messages.
func NewGroups() *Groups {
	return &Groups{keys: map[Trait]int32{}, texts: map[uint64]int32{}, bands: map[uint64]int32{}, kept: map[int32]Sketch{}}
}

// Add takes a message, numbered from 0 in the order of Add, and returns the
// number of the first message of its group.
func (g *Groups) Add(t Traits) int {
	i := int32(len(g.parent))
	g.joined = g.joined[:0]
	g.parent = append(g.parent, i)
	g.name = append(g.name, Trait{})
	for _, k := range t.Keys {
		if j, ok := g.keys[k]; ok {
			g.join(i, j, k)
		} else {
			g.keys[k] = i
		}
	}
	g.joinText(i, t)
	return int(g.root(i))
}

// Joined lists the first messages of the groups that the last Add made part of
// another, the new message among them if it joined one. It is valid until the
// next Add.
func (g *Groups) Joined() []int { return g.joined }

// Of returns the number of the first message of a message's group.
func (g *Groups) Of(i int) int { return int(g.root(int32(i))) }

// Len is the number of messages.
func (g *Groups) Len() int { return len(g.parent) }

// Name returns what the messages of a group share, by the number of any of
// them; Kind is 0 for a message by itself.
func (g *Groups) Name(i int) Trait { return g.name[g.root(int32(i))] }

func (g *Groups) joinText(i int32, t Traits) {
	if t.Text == 0 {
		return
	}
	if j, ok := g.texts[t.Text]; ok {
		g.join(i, j, Trait{SameText, t.Text})
		return
	}
	g.texts[t.Text] = i
	if len(t.Sketch) != hashes { // none, or one of an earlier version
		return
	}
	best := 0.0
	for b := range bands {
		j := g.bands[t.Sketch.band(b)] - 1
		if j < 0 {
			continue
		}
		if s := similarity(t.Sketch, g.kept[j]); s >= alike(t.Wide) {
			g.join(i, j, Trait{SameText, uint64(g.kept[j][0])})
			best = max(best, s)
		}
	}
	if best >= nearly {
		return
	}
	g.kept[i] = t.Sketch
	for b := range bands {
		if key := t.Sketch.band(b); g.bands[key] == 0 {
			g.bands[key] = i + 1
		}
	}
}

func (g *Groups) root(i int32) int32 {
	for g.parent[i] != i {
		g.parent[i] = g.parent[g.parent[i]]
		i = g.parent[i]
	}
	return i
}

// join unites two groups; the root is the earlier message, and of all that is
// shared the smallest trait stands for the group.
func (g *Groups) join(i, j int32, why Trait) {
	a, b := g.root(i), g.root(j)
	for _, n := range []Trait{g.name[a], g.name[b]} {
		if n.Kind != 0 && compareTraits(n, why) < 0 {
			why = n
		}
	}
	if b < a {
		a, b = b, a
	}
	if a != b {
		g.joined = append(g.joined, int(b))
	}
	g.parent[b] = a
	g.name[a] = why
}

func compareTraits(a, b Trait) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Hash, b.Hash))
}
