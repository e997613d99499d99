package canary

import "telltale/internal/key"

// Mint fabricates canaries 0..n-1. secret is the one labelled
// "canary/DATASET/RECIPIENT". Canary i depends on the profile, the secret, the
// contacts and i, not on n. It returns *ExhaustedError when contacts lack.
func (p *Profile) Mint(secret key.Secret, n int, c Contacts) ([]Canary, error) { return nil, nil }

// MintShared fabricates the canaries that several copies may carry; secret is
// the one labelled "canary-shared/DATASET". Which copy carries which is the
// codeword's business: see SharedSite.
func (p *Profile) MintShared(secret key.Secret, n int, c Contacts) ([]Canary, error) {
	return nil, nil
}

// SharedSite is the site of shared canary slot: the input of the PRF that
// decides bias and word bit, as the ID of a fingerprint site does for a cell.
func SharedSite(slot int) [16]byte { return [16]byte{} }
