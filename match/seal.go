package match

import (
	"encoding/json"
	"fmt"

	"telltale/canary"
	"telltale/internal/key"
)

// SealCanary encodes a planted canary for the registry: its JSON, sealed under
// "seal/canary" and bound to the export.
func SealCanary(master key.Secret, export string, c canary.Canary) ([]byte, error) {
	plain, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("canary %d of export %s: %w", c.Slot, export, err)
	}
	return master.Derive("seal/canary").Seal(plain, []byte(export)), nil
}

// OpenCanary decodes what SealCanary wrote.
func OpenCanary(master key.Secret, export string, sealed []byte) (canary.Canary, error) {
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
// sealed under "seal/profile" and bound to the dataset.
func SealProfile(master key.Secret, dataset string, p *canary.Profile) ([]byte, error) {
	plain, err := p.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("profile of dataset %s: %w", dataset, err)
	}
	return master.Derive("seal/profile").Seal(plain, []byte(dataset)), nil
}

// OpenProfile decodes what SealProfile wrote.
func OpenProfile(master key.Secret, dataset string, sealed []byte) (*canary.Profile, error) {
	p := new(canary.Profile)
	plain, err := master.Derive("seal/profile").Open(sealed, []byte(dataset))
	if err == nil {
		err = p.UnmarshalBinary(plain)
	}
	if err != nil {
		return nil, fmt.Errorf("profile of dataset %s: %w", dataset, err)
	}
	return p, nil
}
