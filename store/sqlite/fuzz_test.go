package sqlite

import (
	"os"
	"path/filepath"
	"testing"

	"telltale/internal/budget"
	"telltale/store"
	"telltale/store/storetest"
)

// FuzzDamaged opens a registry file of which some bytes were overwritten, or
// the end was cut. It is refused, reads as before, or gives errors that say
// that it is damaged; it is never a crash, and what changed is never verified.
func FuzzDamaged(f *testing.F) {
	st := fresh(f)
	storetest.Fill(f, st)
	path := pathOf(st)
	st.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint32(0), []byte("SQLite format 4"), uint32(0))
	f.Add(uint32(100), []byte{0x0d, 0xff, 0xff}, uint32(0))
	f.Add(uint32(4096), []byte{0xff, 0xff, 0xff, 0xff}, uint32(4096))
	f.Add(uint32(28), []byte{0x7f, 0xff, 0xff, 0xff}, uint32(0))
	f.Fuzz(func(t *testing.T, at uint32, patch []byte, cut uint32) {
		data := append([]byte(nil), whole...)
		copy(data[int(at)%len(data):], patch)
		data = data[:len(data)-int(cut)%len(data)]
		name := filepath.Join(t.TempDir(), "r.db")
		budget.Check(t, len(data), func() {
			if err := os.WriteFile(name, data, 0o600); err != nil {
				t.Fatal(err)
			}
			visit(t, name)
		})
	})
}

// visit opens a registry and reads all that it holds.
func visit(t *testing.T, path string) {
	st, err := Open(background, path, storetest.Signer{})
	if err != nil {
		if !isOneOf(err, store.ErrCorrupt, store.ErrWrongKey, store.ErrNotFound) {
			t.Logf("refused: %v", err)
		}
		return
	}
	defer st.Close()
	_, _ = store.Verify(background, st, storetest.Signer{})
}
