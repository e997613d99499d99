package link

import (
	"fmt"
	"os"
	"sync"
	"unsafe"

	"telltale/fingerprint"
)

// A Room is where indexes lie. Up to its limit they stay in the memory that the
// program owns; what goes beyond is written to a temporary file without a name
// and read from there as memory, of which the system takes back what it needs: a
// table of which every week left a snapshot is matched with no more memory of its
// own than its last few. What lies in the file is what the registry holds, keyed
// hashes and sealed contacts.
//
// A nil Room, and every Room on a system that cannot map files, has no limit. What
// was mapped stays so until the process ends. A Room may be used by several
// goroutines.
type Room struct {
	mu   sync.Mutex
	left int64 // bytes that may still stay in memory
	file *os.File
	end  int64 // of the file
	out  int64 // bytes moved to the file
}

// NewRoom returns a room of which limit bytes stay in memory; 0 or less: none.
func NewRoom(limit int64) *Room { return &Room{left: limit} }

// Outside is how many bytes went to the file.
func (r *Room) Outside() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.out
}

// fixed are the types that a room can hold: no pointers in them.
type fixed interface {
	byte | uint16 | uint32 | uint64 | fingerprint.RowKey
}

// moved returns s, or a read-only copy of it outside of memory if the room is
// full. s must not be written to any more.
func moved[T fixed](r *Room, s []T) ([]T, error) {
	var one T
	n := int64(len(s)) * int64(unsafe.Sizeof(one))
	if r == nil || !CanMap || n == 0 || r.takes(n) {
		return s, nil
	}
	b, err := r.store(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), n))
	if err != nil {
		return nil, fmt.Errorf("index beyond the memory for indexes: %w", err)
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(s)), nil
}

// takes reports whether n bytes still fit, and counts them if so.
func (r *Room) takes(n int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left < n {
		return false
	}
	r.left -= n
	return true
}

// store writes b to the file and maps it. It is written, not mapped and then
// filled, so that a full disk is an error and not a signal.
func (r *Room) store(b []byte) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file == nil {
		f, err := os.CreateTemp("", "telltale-index-*")
		if err != nil {
			return nil, err
		}
		if err := os.Remove(f.Name()); err != nil {
			return nil, err
		}
		r.file = f
	}
	if _, err := r.file.WriteAt(b, r.end); err != nil {
		return nil, err
	}
	mapped, err := mapFile(r.file, r.end, len(b))
	if err != nil {
		return nil, err
	}
	page := int64(os.Getpagesize())
	r.end += (int64(len(b)) + page - 1) / page * page
	r.out += int64(len(b))
	return mapped, nil
}

// MoveTo puts the index into a room.
func (ix *Index) MoveTo(r *Room) error {
	ix.room = r
	var err error
	move := func(f func() error) {
		if err == nil {
			err = f()
		}
	}
	move(func() error { return replace(r, &ix.keys) })
	for i := range ix.spec.Columns {
		move(func() error { return replace(r, &ix.tags[i]) })
		move(func() error { return replace(r, &ix.notes[i]) })
		move(func() error { return replace(r, &ix.lists[i].hashes) })
		move(func() error { return replace(r, &ix.lists[i].rows) })
	}
	for i := range ix.halves {
		move(func() error { return replace(r, &ix.halves[i]) })
	}
	for i := range ix.sealed {
		move(func() error { return replace(r, &ix.sealed[i].data) })
	}
	return err
}

func replace[T fixed](r *Room, s *[]T) error {
	m, err := moved(r, *s)
	if err == nil {
		*s = m
	}
	return err
}

// kept is moved for what is made in passing: without room it stays in memory.
func kept[T fixed](r *Room, s []T) []T {
	if m, err := moved(r, s); err == nil {
		return m
	}
	return s
}
