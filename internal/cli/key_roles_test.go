package cli

import (
	"testing"

	"telltale/internal/key"
	"telltale/store"
	"telltale/store/sqlite"
)

// olderRegistry makes a registry as programs made them that knew one key:
// everything is derived from it.
func olderRegistry(t *testing.T, path string, master key.Secret) {
	t.Helper()
	st, err := sqlite.Create(t.Context(), path, ledgerSigner(master), func(tx store.Tx) error { return tx.SetKeyID(master.ID()) })
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
}
