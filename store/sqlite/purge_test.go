package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"telltale/store"
	"telltale/store/storetest"
)

var someTime = time.Unix(1_700_000_000, 0)

// secretContent stands in every part that an erasure can reach.
var secretContent = []byte("ann.example was here; and so that it fills pages: ")

func filled(t *testing.T, path string) store.Store {
	t.Helper()
	st, err := Create(background, path, storetest.Signer{})
	if err != nil {
		t.Fatal(err)
	}
	storetest.Fill(t, st)
	long := bytes.Repeat(secretContent, 500) // overflow pages
	err = st.Update(background, func(tx store.Tx) error {
		_, err := tx.Erase(store.Forget, someTime, func(e store.Eraser) ([]byte, error) {
			put := func(c store.Chunk) (store.Chunk, error) { c.Data = long; return c, nil }
			return nil, errors.Join(e.Chunks("s1", put), e.Profile("orders", 2, long), e.Sighting("spring", 1, secretContent))
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func holdsSecret(t *testing.T, path string) (where []string) {
	t.Helper()
	for _, suffix := range []string{"", "-wal", "-journal"} {
		data, err := os.ReadFile(path + suffix)
		if err == nil && bytes.Contains(data, secretContent[:12]) {
			where = append(where, suffix)
		}
	}
	return where
}

// TestPurge searches the file and the log beside it for what was erased.
func TestPurge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	st := filled(t, path)
	defer st.Close()
	if len(holdsSecret(t, path)) == 0 {
		t.Fatal("the content to be erased is not to be found before")
	}
	err := st.Update(background, func(tx store.Tx) error {
		_, err := tx.Erase(store.Forget, someTime, func(e store.Eraser) ([]byte, error) {
			blank := func(c store.Chunk) (store.Chunk, error) { c.Data = []byte("x"); return c, nil }
			return nil, errors.Join(e.Chunks("s1", blank), e.Profile("orders", 2, nil), e.Sighting("spring", 1, nil))
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.(store.Purger).Purge(background); err != nil {
		t.Fatal(err)
	}
	if where := holdsSecret(t, path); len(where) > 0 {
		t.Errorf("what was erased is still in the registry's files %q", where)
	}
	report, err := store.Verify(background, st, storetest.Signer{})
	if err != nil || !report.Valid() {
		t.Errorf("%+v, %v", report, err)
	}
}

// TestPurgeBusy: a reader keeps the log; Purge says so and succeeds later.
func TestPurgeBusy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	st := filled(t, path)
	defer st.Close()
	err := st.View(background, func(tx store.Tx) error {
		if _, err := tx.Recipients(); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(background, 300*time.Millisecond)
		defer cancel()
		if err := st.(store.Purger).Purge(ctx); err == nil {
			t.Error("the log was emptied under a reader")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.(store.Purger).Purge(background); err != nil {
		t.Error(err)
	}
}

// TestBackup copies a registry while others write to it.
func TestBackup(t *testing.T) {
	dir := t.TempDir()
	st := filled(t, filepath.Join(dir, "registry.db"))
	defer st.Close()
	stop, done := make(chan bool), make(chan error)
	go func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			if err := st.Update(background, func(tx store.Tx) error { return tx.Note("busy", fmt.Sprint(i), nil, someTime) }); err != nil {
				done <- err
				return
			}
		}
	}()
	for i := range 5 {
		checkBackup(t, st, filepath.Join(dir, fmt.Sprint("copy", i)))
	}
	close(stop)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := st.(store.Backuper).Backup(background, filepath.Join(dir, "copy0")); !errors.Is(err, store.ErrExists) {
		t.Errorf("over another: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".telltale-backup-*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func checkBackup(t *testing.T, st store.Store, path string) {
	t.Helper()
	if err := st.(store.Backuper).Backup(background, path); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	copied, err := Open(background, path, storetest.Signer{})
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	report, err := store.Verify(background, copied, storetest.Signer{})
	if err != nil || !report.Valid() {
		t.Errorf("%+v, %v", report, err)
	}
}
