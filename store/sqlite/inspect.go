package sqlite

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"telltale/store"
)

// inspect looks at the beginning of the file before SQLite does, which would
// take an empty file for a new database and overlook that the last page is
// incomplete.
func inspect(path string) error {
	short, err := look(path)
	if err != nil || !short || growing(path) {
		return err
	}
	if short, err = look(path); short { // another process may have just finished it
		err = damaged("the file is cut off; restore a backup")
	}
	return err
}

// look reads the header, and tells whether the file is shorter than it says.
func look(path string) (short bool, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("registry %s: %w", path, store.ErrNotFound)
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	var begin [100]byte
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return false, errors.Join(err, damaged("it is not a file"))
	}
	if n, err := io.ReadFull(f, begin[:]); err != nil {
		return false, damaged("the file has only %d bytes", n)
	}
	if !bytes.HasPrefix(begin[:], []byte("SQLite format 3\x00")) {
		return false, damaged("the file is no registry, or was overwritten")
	}
	info, err := f.Stat()
	return err == nil && info.Size() < extent(begin[:]), err
}

// extent is how long the file should be at least, by its header.
func extent(header []byte) int64 {
	page := int64(binary.BigEndian.Uint16(header[16:]))
	if page == 1 {
		page = 65536
	}
	if !bytes.Equal(header[24:28], header[92:96]) {
		return 0 // the number of pages is not kept
	}
	return page * int64(binary.BigEndian.Uint32(header[28:]))
}

// growing tells whether changes wait beside the file, to be moved into it.
func growing(path string) bool {
	info, err := os.Stat(path + "-wal")
	return err == nil && info.Size() > 0
}
