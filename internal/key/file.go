package key

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// maxFile is far more than any key file; it bounds what a wrong path costs.
const maxFile = 64 << 10

// PermissionError reports a key file that others than its owner can reach.
type PermissionError struct {
	Path string
	Mode fs.FileMode
}

func (e *PermissionError) Error() string {
	return fmt.Sprintf("key file %s: others can read it (mode %04o, want 0600): run chmod 600 on it", e.Path, e.Mode.Perm())
}

// ReadFile returns the text of a key file. A regular file that its group or
// others may read or write is refused with a *PermissionError.
func ReadFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	if err := checkMode(path, info); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	if len(text) > maxFile {
		return nil, fmt.Errorf("key file %s: %w: longer than %d bytes", path, ErrFormat, maxFile)
	}
	return text, nil
}

func checkMode(path string, info fs.FileInfo) error {
	if runtime.GOOS == "windows" || !info.Mode().IsRegular() {
		return nil
	}
	if info.Mode().Perm()&0o077 != 0 {
		return &PermissionError{Path: path, Mode: info.Mode()}
	}
	return nil
}

// WriteFile writes the text of a key file with mode 0600. The file appears
// complete or not at all, and one that exists is never touched: the error is
// then fs.ErrExist.
func WriteFile(path string, text []byte) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".telltale-key-*") // mode 0600
	if err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(text)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	if err := publish(tmp.Name(), path, text); err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	return syncDir(filepath.Dir(path))
}

// publish gives the finished file its name, where a link cannot take the
// place of another file as a rename would. Where the file system has no links
// the text is written under its name at once.
func publish(tmp, path string, text []byte) error {
	err := os.Link(tmp, path)
	if err == nil {
		return nil
	}
	if errors.Is(err, fs.ErrExist) {
		return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		os.Remove(path)
	}
	return err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	defer d.Close()
	d.Sync() // not every file system can
	return nil
}
