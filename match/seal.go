package match

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	"telltale/canary"
	"telltale/internal/key"
)

// SealCanary encodes a planted canary for the registry: its JSON, sealed under
// "seal/canary" and bound to the export.
func SealCanary(master key.Root, export string, c canary.Canary) ([]byte, error) {
	plain, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("canary %d of export %s: %w", c.Slot, export, err)
	}
	return master.Derive("seal/canary").Seal(plain, []byte(export)), nil
}

// OpenCanary decodes what SealCanary wrote.
func OpenCanary(master key.Root, export string, sealed []byte) (canary.Canary, error) {
	var c canary.Canary
	plain, err := master.Derive("seal/canary").Open(sealed, []byte(export))
	if err == nil {
		err = json.Unmarshal(plain, &c)
	}
	if err != nil {
		return canary.Canary{}, fmt.Errorf("canary of export %s: %w", export, err)
	}
	return c, nil
}

// SealProfile encodes what was learned of a dataset's table for the registry,
// sealed under "seal/profile" and bound to the dataset. size is that of the
// file it was learned from, in bytes, by which another file is told from it.
func SealProfile(master key.Root, dataset string, p *canary.Profile, size int64) ([]byte, error) {
	plain, err := p.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("profile of dataset %s: %w", dataset, err)
	}
	plain = append(binary.LittleEndian.AppendUint64(nil, uint64(size)), plain...)
	return master.Derive("seal/profile").Seal(plain, []byte(dataset)), nil
}

// OpenProfile decodes what SealProfile wrote.
func OpenProfile(master key.Root, dataset string, sealed []byte) (p *canary.Profile, size int64, err error) {
	plain, err := master.Derive("seal/profile").Open(sealed, []byte(dataset))
	if err == nil && len(plain) < 8 {
		err = canary.ErrProfile
	}
	if err == nil {
		p, size = new(canary.Profile), int64(binary.LittleEndian.Uint64(plain))
		err = p.UnmarshalBinary(plain[8:])
	}
	if err != nil {
		return nil, 0, fmt.Errorf("profile of dataset %s: %w", dataset, err)
	}
	return p, size, nil
}
