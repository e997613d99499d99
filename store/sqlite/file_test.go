package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"telltale/store"
	"telltale/store/storetest"
)

func isOneOf(err error, kinds ...error) bool {
	for _, k := range kinds {
		if errors.Is(err, k) {
			return true
		}
	}
	return false
}

// wantError wants an error of that kind in words that a user understands.
func wantError(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: error = %v, want %v", what, err, want)
		return
	}
	for _, raw := range []string{"malformed", "sqlite", "file is not a database", "SQL"} {
		if strings.Contains(err.Error(), raw) {
			t.Errorf("%s: the driver speaks: %v", what, err)
		}
	}
}

func addRecipient(name string) func(store.Tx) error {
	return func(tx store.Tx) error {
		return tx.AddRecipient(store.Recipient{Name: name, Kind: "staff", AddedAt: time.Unix(1, 0)})
	}
}

func TestReopen(t *testing.T) {
	st := fresh(t)
	storetest.Fill(t, st)
	path := pathOf(st)
	st.Close()
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	if valid, err := verifyFile(path); err != nil || !valid {
		t.Errorf("valid = %v, %v", valid, err)
	}
}

func TestModes(t *testing.T) {
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	st := fresh(t)
	defer st.Close()
	storetest.Fill(t, st)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(pathOf(st) + suffix)
		if err != nil || info.Mode() != 0o600 {
			t.Errorf("%q: mode %v, %v, want 0600", suffix, info, err)
		}
	}
}

func TestOddPaths(t *testing.T) {
	for _, name := range []string{"a b?mode=memory&x=%41#c.db", "注册.db", "file:x.db", "a'b\"c.db"} {
		path := filepath.Join(t.TempDir(), name)
		st, err := Create(background, path, storetest.Signer{})
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		st.Close()
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}

func TestReadOnly(t *testing.T) {
	st := fresh(t)
	storetest.Fill(t, st)
	path := pathOf(st)
	st.Close()
	st, err := Open(background, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	wantError(t, "update", st.Update(background, addRecipient("x")), store.ErrReadOnly)
	err = st.View(background, addRecipient("x"))
	if err == nil {
		t.Error("a view wrote")
	}
	_, err = Create(background, path+"2", nil)
	wantError(t, "create", err, store.ErrReadOnly)
}

func TestNoRegistry(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	foreign := filepath.Join(dir, "foreign.db")
	if _, err := raw(t, foreign).Exec(`CREATE TABLE t (x)`); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{
		filepath.Join(dir, "missing"):         store.ErrNotFound,
		dir:                                   store.ErrCorrupt,
		write("empty", ""):                    store.ErrCorrupt,
		write("short", "SQLite format 3\x00"): store.ErrCorrupt,
		write("text", strings.Repeat("name,phone\n", 1000)):                    store.ErrCorrupt,
		write("noise", "SQLite format 3\x00"+strings.Repeat("\xaa\x55", 5000)): store.ErrCorrupt,
		foreign: store.ErrCorrupt,
	} {
		_, err := Open(background, path, storetest.Signer{})
		wantError(t, path, err, want)
		if err != nil && !strings.Contains(err.Error(), path) {
			t.Errorf("error does not name %s: %v", path, err)
		}
	}
}

func TestTruncated(t *testing.T) {
	st := fresh(t)
	storetest.Fill(t, st)
	path := pathOf(st)
	st.Close()
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 50, 100, 1000, 4096, 5000, len(good) / 2, len(good) - 4096, len(good) - 1} {
		cut := filepath.Join(t.TempDir(), "cut.db")
		if err := os.WriteFile(cut, good[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(background, cut, storetest.Signer{})
		wantError(t, fmt.Sprint("cut to ", n, " of ", len(good)), err, store.ErrCorrupt)
	}
}

func TestNewer(t *testing.T) {
	st := fresh(t)
	path := pathOf(st)
	st.Close()
	if _, err := raw(t, path).Exec(`PRAGMA user_version = 99`); err != nil {
		t.Fatal(err)
	}
	_, err := Open(background, path, storetest.Signer{})
	wantError(t, "newer", err, store.ErrSchema)
}

// TestOlder brings an older registry up to date, by several at once.
func TestOlder(t *testing.T) {
	path := version1(t)
	_, err := Open(background, path, nil)
	wantError(t, "reading only", err, store.ErrReadOnly)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if valid, err := verifyFile(path); err != nil || !valid {
				t.Errorf("valid = %v, %v", valid, err)
			}
		})
	}
	group.Wait()
}

func TestCreate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	var group sync.WaitGroup
	var made, refused int
	var lock sync.Mutex
	for i := range 4 {
		group.Go(func() {
			st, err := Create(background, path, storetest.Signer{}, addRecipient(fmt.Sprint(i)))
			lock.Lock()
			defer lock.Unlock()
			if err == nil {
				made++
				st.Close()
			} else if wantError(t, "create", err, store.ErrExists); errors.Is(err, store.ErrExists) {
				refused++
			}
		})
	}
	group.Wait()
	if made != 1 || refused != 3 {
		t.Errorf("%d made and %d refused, want 1 and 3", made, refused)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if valid, err := verifyFile(path); err != nil || !valid {
		t.Errorf("valid = %v, %v", valid, err)
	}
}

func TestCreateFails(t *testing.T) {
	dir := t.TempDir()
	_, err := Create(background, filepath.Join(dir, "none", "registry.db"), storetest.Signer{})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing folder: %v", err)
	}
	failure := errors.New("no")
	_, err = Create(background, filepath.Join(dir, "registry.db"), storetest.Signer{}, func(store.Tx) error { return failure })
	if !errors.Is(err, failure) {
		t.Errorf("first update fails: %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestFullDisk limits the pages that the writer may use, which SQLite reports
// as it does a full disk.
func TestFullDisk(t *testing.T) {
	st := fresh(t)
	defer st.Close()
	storetest.Fill(t, st)
	r := st.(*registry)
	var pages int
	if err := r.write.QueryRow(`PRAGMA page_count`).Scan(&pages); err != nil {
		t.Fatal(err)
	}
	if _, err := r.write.Exec(fmt.Sprintf(`PRAGMA max_page_count = %d`, pages+3)); err != nil {
		t.Fatal(err)
	}
	err := st.Update(background, func(tx store.Tx) error {
		return tx.AddRecipient(store.Recipient{Name: "big", Kind: "staff", Note: make([]byte, 1<<20)})
	})
	wantError(t, "full disk", err, syscall.ENOSPC)
	if err == nil || !strings.Contains(err.Error(), "full") {
		t.Errorf("error = %v", err)
	}
	report, err := store.Verify(background, st, storetest.Signer{})
	if err != nil || !report.Valid() {
		t.Errorf("afterwards: %+v, %v", report, err)
	}
}

// TestPatience: a writer that waits for another ends when it is cancelled.
func TestPatience(t *testing.T) {
	st := fresh(t)
	defer st.Close()
	other, err := Open(background, pathOf(st), storetest.Signer{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	ctx, cancel := context.WithCancel(background)
	err = st.Update(background, func(store.Tx) error {
		time.AfterFunc(50*time.Millisecond, cancel)
		return other.Update(ctx, func(store.Tx) error {
			t.Error("two writers at once")
			return nil
		})
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want cancelled", err)
	}
}
