package evidence

import (
	"crypto/sha256"
	"errors"
	"slices"
)

// Hash is a SHA-256.
type Hash = [32]byte

// leafHash is that of RFC 6962.
func leafHash(content []byte) Hash {
	return sha256.Sum256(append([]byte{0}, content...))
}

func nodeHash(left, right Hash) Hash {
	var b [65]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[33:], right[:])
	return sha256.Sum256(b[:])
}

// climb is one level up: neighbours are paired, and a last one without a
// partner stays as it is. From leaves to root this is the tree of RFC 6962.
func climb(level []Hash) []Hash {
	above := make([]Hash, 0, (len(level)+1)/2)
	for i := 0; i+1 < len(level); i += 2 {
		above = append(above, nodeHash(level[i], level[i+1]))
	}
	if len(level)%2 == 1 {
		above = append(above, level[len(level)-1])
	}
	return above
}

// rootOf is the root over leaf hashes; that of no leaves is the SHA-256 of
// nothing.
func rootOf(level []Hash) Hash {
	if len(level) == 0 {
		return sha256.Sum256(nil)
	}
	for len(level) > 1 {
		level = climb(level)
	}
	return level[0]
}

// prove returns the hashes that lead from the leaves at the given places,
// ascending and distinct, to the root: level by level, from left to right, the
// neighbours that are not among what is known.
func prove(level []Hash, places []int) []Hash {
	var proof []Hash
	for places = slices.Clone(places); len(level) > 1; level = climb(level) {
		var above []int
		for i := 0; i < len(places); i++ {
			at := places[i]
			switch beside := at ^ 1; {
			case i+1 < len(places) && places[i+1] == beside:
				i++
			case beside < len(level):
				proof = append(proof, level[beside])
			}
			above = append(above, at/2)
		}
		places = above
	}
	return proof
}

var errProof = errors.New("proof does not lead to a root")

// climbProof computes the root of a tree with size leaves from those at the
// given places, ascending and distinct, and their proof.
func climbProof(size int, places []int, leaves, proof []Hash) (Hash, error) {
	if len(places) == 0 || len(places) != len(leaves) || places[len(places)-1] >= size || places[0] < 0 {
		return Hash{}, errProof
	}
	places, leaves = slices.Clone(places), slices.Clone(leaves)
	for ; size > 1; size = (size + 1) / 2 {
		n := 0
		for i := 0; i < len(places); i++ {
			at, hash := places[i], leaves[i]
			if i+1 < len(places) && places[i+1] <= at {
				return Hash{}, errProof
			}
			switch beside := at ^ 1; {
			case i+1 < len(places) && places[i+1] == beside:
				i++
				hash = nodeHash(hash, leaves[i])
			case beside < size && len(proof) == 0:
				return Hash{}, errProof
			case beside < size && beside < at:
				hash, proof = nodeHash(proof[0], hash), proof[1:]
			case beside < size:
				hash, proof = nodeHash(hash, proof[0]), proof[1:]
			}
			places[n], leaves[n] = at/2, hash
			n++
		}
		places, leaves = places[:n], leaves[:n]
	}
	if len(proof) > 0 {
		return Hash{}, errProof
	}
	return leaves[0], nil
}
