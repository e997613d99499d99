package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"telltale/match"
)

// irregular is an entry of a folder that is no regular file.
type irregular struct {
	path  string
	kind  string
	hides bool // data might come from it
}

// kindOf names what is no regular file.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "symbolic link"
	case mode&fs.ModeNamedPipe != 0:
		return "named pipe"
	case mode&fs.ModeSocket != 0:
		return "socket"
	case mode&fs.ModeDevice != 0:
		return "device"
	}
	return "special file"
}

// checkRegular refuses what might block or never end. A descriptor that the
// shell has opened, as <(command) gives it, is read like any file.
func checkRegular(name string) error {
	err := checkReadTwice(name)
	if isDescriptor(name) || !errors.Is(err, errIrregular) {
		return nil // opening it says what is wrong
	}
	return err
}

var errIrregular = errors.New("no regular file")

// checkReadTwice refuses what cannot be read more than once, too.
func checkReadTwice(name string) error {
	info, err := os.Stat(name)
	if err != nil || info.Mode().IsRegular() || info.IsDir() {
		return err
	}
	return inputError("give a regular file; a stream is read from standard input, as -, where the command takes it", "%s: it is a %s and %w", name, kindOf(info.Mode()), errIrregular)
}

func isDescriptor(name string) bool {
	return name == "/dev/stdin" || strings.HasPrefix(name, "/dev/fd/") || strings.HasPrefix(name, "/proc/self/fd/")
}

// openRegular opens a file for reading, see checkRegular.
func openRegular(name string) (*os.File, error) {
	if err := checkRegular(name); err != nil {
		return nil, err
	}
	return os.Open(name)
}

// irregularOf describes an entry; ok is false for a link to what is read in its
// own place below one of the roots. Links are not followed: they may lead
// anywhere, and round in circles.
func irregularOf(path string, mode fs.FileMode, roots []string) (entry irregular, ok bool) {
	entry = irregular{path, kindOf(mode), mode&fs.ModeSocket == 0}
	if mode&fs.ModeSymlink == 0 {
		return entry, true
	}
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		entry.kind, entry.hides = "symbolic link to nothing", false
		return entry, true
	}
	target, err = filepath.Abs(target)
	for _, root := range roots {
		if err == nil && (target == root || strings.HasPrefix(target, root+string(filepath.Separator))) {
			return entry, false
		}
	}
	return entry, true
}

// resolved are the places that arguments lead to.
func resolved(args []string) (out []string) {
	for _, arg := range args {
		if target, err := filepath.EvalSymlinks(arg); err == nil {
			if target, err = filepath.Abs(target); err == nil {
				out = append(out, target)
			}
		}
	}
	return out
}

// addIrregular makes a result say what was passed over; it is incomplete if
// something might have been read from it.
func addIrregular(result *match.Result, entries []irregular) {
	if len(entries) == 0 {
		return
	}
	result.Warnings = append(result.Warnings, sayIrregular(entries))
	for _, e := range entries {
		if e.hides {
			result.Verdict = match.Incomplete
		}
	}
}

// sayIrregular counts entries and names the first.
func sayIrregular(entries []irregular) string {
	const most = 5
	verb := "entries are no regular files and were not read"
	if len(entries) == 1 {
		verb = "entry is no regular file and was not read"
	}
	var names []string
	for _, e := range entries[:min(most, len(entries))] {
		names = append(names, fmt.Sprintf("%s (%s)", e.path, e.kind))
	}
	if more := len(entries) - most; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return fmt.Sprintf("%d %s: %s", len(entries), verb, strings.Join(names, ", "))
}
