package sqlite

import (
	"context"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"telltale/store"
	"telltale/store/storetest"
)

var background = context.Background()

func TestMain(m *testing.M) {
	if child() || migrator() {
		return
	}
	goleak.VerifyTestMain(m)
}

// fresh makes an empty registry in a folder of its own.
func fresh(t testing.TB) store.Store {
	t.Helper()
	st, err := Create(background, filepath.Join(t.TempDir(), "registry.db"), storetest.Signer{})
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func TestSuite(t *testing.T) { storetest.Run(t, fresh) }
