package fingerprint

import (
	"encoding/binary"
	"net/url"

	"telltale/fingerprint/code"
)

// SharedColumn is the Column of sites that are no cells: shared canaries.
const SharedColumn = -1

// SharedSite is the site of a shared canary, named by 16 bytes (see
// canary.SharedSite): a copy carries the canary iff its word's bit there is 1.
func (m *Marker) SharedSite(name [16]byte) Site {
	b := m.master.Derive("shared/" + url.PathEscape(m.dataset)).PRF().Block(name)
	return Site{
		ID:     b,
		Column: SharedColumn,
		Bias:   uint32(code.Pick(m.scheme.coalition(), binary.BigEndian.Uint32(b[4:]))),
	}
}
