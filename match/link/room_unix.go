//go:build unix

package link

import (
	"os"
	"syscall"
)

// CanMap tells whether this system shows files as memory.
const CanMap = true

// mapFile shows n bytes of a file, from an offset that is a multiple of the page
// size, as memory that cannot be written to.
func mapFile(f *os.File, offset int64, n int) ([]byte, error) {
	return syscall.Mmap(int(f.Fd()), offset, n, syscall.PROT_READ, syscall.MAP_SHARED)
}
