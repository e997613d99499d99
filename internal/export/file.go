package export

import (
	"container/list"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// Files creates output files without holding more than a fixed number of them
// open: thousands of copies may be written side by side, by several goroutines
// as long as each File is written by one at a time.
type Files struct {
	mu    sync.Mutex // over the handles of all files
	limit int
	open  *list.List // of *File, the most recently written in front
}

// NewFiles returns a group that holds at most limit files open, limit >= 1.
func NewFiles(limit int) *Files { return &Files{limit: limit, open: list.New()} }

// File is an output that appears under its name only when it is complete.
// Until then it is a hidden temporary file beside it, readable by its owner.
type File struct {
	group  *Files
	place  *list.Element // in group.open; nil while closed
	path   string
	temp   string
	handle *os.File
	sum    hash.Hash
	bytes  int64
}

// Create begins the file that will be called path.
func (g *Files) Create(path string) (*File, error) {
	var tag [6]byte
	if _, err := rand.Read(tag[:]); err != nil {
		return nil, err
	}
	temp := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"."+hex.EncodeToString(tag[:])+".part")
	f := &File{group: g, path: path, temp: temp, sum: sha256.New()}
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := f.acquire(os.O_CREATE | os.O_EXCL); err != nil {
		return nil, err
	}
	return f, nil
}

// Path is the name under which the file will appear.
func (f *File) Path() string { return f.path }

// Bytes is how much was written so far.
func (f *File) Bytes() int64 { return f.bytes }

// SHA256 is the digest of what was written so far, in hexadecimal.
func (f *File) SHA256() string { return hex.EncodeToString(f.sum.Sum(nil)) }

func (f *File) Write(p []byte) (int, error) {
	n, err := f.append(p)
	f.sum.Write(p[:n])
	f.bytes += int64(n)
	if err != nil {
		return n, fmt.Errorf("%s: %w", f.path, cause(err))
	}
	return n, nil
}

func (f *File) append(p []byte) (int, error) {
	f.group.mu.Lock()
	defer f.group.mu.Unlock()
	if err := f.acquire(0); err != nil {
		return 0, err
	}
	return f.handle.Write(p)
}

// acquire opens the temporary file unless it is open, at the price of the one
// that was written longest ago. The group is locked.
func (f *File) acquire(flags int) error {
	if f.place != nil {
		f.group.open.MoveToFront(f.place)
		return nil
	}
	for f.group.open.Len() >= f.group.limit {
		if err := f.group.open.Back().Value.(*File).release(); err != nil {
			return err
		}
	}
	handle, err := os.OpenFile(f.temp, os.O_WRONLY|os.O_APPEND|flags, 0o600)
	if err != nil {
		return fmt.Errorf("%s: %w", f.path, cause(err))
	}
	f.handle, f.place = handle, f.group.open.PushFront(f)
	return nil
}

func (f *File) release() error {
	if f.place == nil {
		return nil
	}
	f.group.open.Remove(f.place)
	f.place = nil
	if err := f.handle.Close(); err != nil {
		return fmt.Errorf("%s: %w", f.path, cause(err))
	}
	return nil
}

// Finish writes everything to the disk; the file does not appear yet.
func (f *File) Finish() error {
	f.group.mu.Lock()
	defer f.group.mu.Unlock()
	if err := f.acquire(0); err != nil {
		return err
	}
	if err := f.handle.Sync(); err != nil {
		return fmt.Errorf("%s: %w", f.path, cause(err))
	}
	return f.release()
}

// Publish lets the finished file appear. An existing file is an error that
// wraps fs.ErrExist, unless replace is set.
func (f *File) Publish(replace bool) error {
	if replace {
		return os.Rename(f.temp, f.path)
	}
	err := os.Link(f.temp, f.path)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: %w", f.path, fs.ErrExist)
	}
	if err != nil {
		return f.publishWithoutLinks()
	}
	return os.Remove(f.temp)
}

func (f *File) publishWithoutLinks() error {
	if _, err := os.Lstat(f.path); err == nil {
		return fmt.Errorf("%s: %w", f.path, fs.ErrExist)
	}
	return os.Rename(f.temp, f.path)
}

// Discard removes what was written, unless it was published.
func (f *File) Discard() error {
	f.group.mu.Lock()
	defer f.group.mu.Unlock()
	err := f.release()
	if gone := os.Remove(f.temp); !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}

// cause drops the temporary path that the operating system's error names.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
