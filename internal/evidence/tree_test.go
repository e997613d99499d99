package evidence

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
)

func someLeaves(n int) []Hash {
	leaves := make([]Hash, n)
	for i := range leaves {
		leaves[i] = leafHash(binary.BigEndian.AppendUint64(nil, uint64(i)))
	}
	return leaves
}

// TestRoot compares the tree with that of a library, for all small sizes.
func TestRoot(t *testing.T) {
	if rootOf(nil) != sha256.Sum256(nil) {
		t.Error("root of nothing")
	}
	factory := compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}
	r := factory.NewEmptyRange(0)
	for n, leaf := range someLeaves(200) {
		if err := r.Append(leaf[:], nil); err != nil {
			t.Fatal(err)
		}
		want, err := r.GetRootHash(nil)
		if got := rootOf(someLeaves(n + 1)); err != nil || got != [32]byte(want) {
			t.Fatalf("root of %d leaves: %x, want %x, %v", n+1, got, want, err)
		}
	}
}

// TestProof proves all subsets of small trees and random ones of larger, and
// checks that nothing else passes. Seed 1.
func TestProof(t *testing.T) {
	for size := 1; size <= 9; size++ {
		for set := 1; set < 1<<size; set++ {
			var places []int
			for i := range size {
				if set>>i&1 == 1 {
					places = append(places, i)
				}
			}
			checkProof(t, size, places)
		}
	}
	r := rand.New(rand.NewPCG(1, 0))
	for range 200 {
		size := 1 + r.IntN(3000)
		places := r.Perm(size)[:1+r.IntN(min(size, 50))]
		slices.Sort(places)
		checkProof(t, size, places)
	}
}

func checkProof(t *testing.T, size int, places []int) {
	t.Helper()
	all := someLeaves(size)
	root, proof := rootOf(all), prove(all, places)
	var leaves []Hash
	for _, at := range places {
		leaves = append(leaves, all[at])
	}
	if got, err := climbProof(size, places, leaves, proof); err != nil || got != root {
		t.Fatalf("%v of %d: %x, %v", places, size, got, err)
	}
	wrong := func(what string, size int, places []int, leaves, proof []Hash) {
		if got, err := climbProof(size, places, leaves, proof); err == nil && got == root {
			t.Fatalf("%v of %d: %s passes", places, size, what)
		}
	}
	other := slices.Clone(leaves)
	other[0][5] ^= 1
	wrong("another leaf", size, places, other, proof)
	wrong("a proof that is too long", size, places, leaves, append(slices.Clone(proof), Hash{}))
	wrong("no leaves", size, nil, nil, proof)
	if len(proof) > 0 {
		wrong("a proof that is too short", size, places, leaves, proof[1:])
		bad := slices.Clone(proof)
		bad[len(bad)-1][0] ^= 1
		wrong("another proof", size, places, leaves, bad)
	}
	if moved := slices.Clone(places); size > 1 {
		moved[len(moved)-1] ^= 1
		wrong("another place", size, moved, leaves, proof)
	}
	wrong("a place beyond", size, append(slices.Clone(places[:len(places)-1]), size), leaves, proof)
}
