//go:build !unix

package link

import (
	"errors"
	"os"
)

// CanMap tells whether this system shows files as memory.
const CanMap = false

func mapFile(*os.File, int64, int) ([]byte, error) { return nil, errors.ErrUnsupported }
