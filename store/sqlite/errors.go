package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	sqlite3 "github.com/mattn/go-sqlite3"

	"telltale/store"
)

// fault turns an error of the driver or of the file system into one of the
// contract. Other errors, those of callers among them, pass unchanged.
func fault(path string, err error) error {
	var driver sqlite3.Error
	var file *fs.PathError
	var link *os.LinkError
	var found *damage
	switch {
	case errors.As(err, &driver):
		return translate(path, driver)
	case errors.As(err, &found) && !found.placed:
		return placed(path, found.what)
	case errors.As(err, &file) || errors.As(err, &link):
		return fmt.Errorf("registry: %w", err)
	case err == store.ErrExists:
		return fmt.Errorf("registry %s: %w", path, err)
	}
	return err
}

// damage is store.ErrCorrupt with what was found.
type damage struct {
	what   string
	placed bool // a message around it names the registry
}

func (d *damage) Error() string        { return store.ErrCorrupt.Error() + ": " + d.what }
func (d *damage) Is(target error) bool { return target == store.ErrCorrupt }

func damaged(format string, args ...any) error { return &damage{what: fmt.Sprintf(format, args...)} }

func placed(path, what string) error {
	return fmt.Errorf("registry %s: %w", path, &damage{what, true})
}

// translate leaves nothing of the driver but its words and what the system
// said, so that no caller comes to depend on the driver.
func translate(path string, e sqlite3.Error) error {
	switch {
	case e.Code == sqlite3.ErrNotADB:
		return placed(path, "the file is no registry, or was overwritten")
	case e.Code == sqlite3.ErrCorrupt || e.ExtendedCode == sqlite3.ErrIoErrShortRead:
		return placed(path, "the file is cut off or was altered; restore a backup")
	case e.Code == sqlite3.ErrError: // statements are fixed, so it is the definitions that do not fit them
		return placed(path, "a table is missing or was altered: "+e.Error())
	case e.Code == sqlite3.ErrBusy || e.Code == sqlite3.ErrLocked:
		return fmt.Errorf("registry %s: %w", path, store.ErrBusy)
	case e.ExtendedCode == sqlite3.ErrConstraintUnique || e.ExtendedCode == sqlite3.ErrConstraintPrimaryKey:
		return fmt.Errorf("%w: %s", store.ErrExists, e.Error())
	case e.ExtendedCode == sqlite3.ErrConstraintForeignKey:
		return fmt.Errorf("%w: %s", store.ErrNotFound, e.Error())
	case e.Code == sqlite3.ErrConstraint || e.Code == sqlite3.ErrMismatch || e.Code == sqlite3.ErrTooBig:
		return fmt.Errorf("%w: %s", store.ErrInvalid, e.Error())
	case e.Code == sqlite3.ErrFull || e.SystemErrno == syscall.ENOSPC || e.SystemErrno == syscall.EDQUOT:
		return failed(path, "the disk is full, nothing was written", e, syscall.ENOSPC)
	case e.Code == sqlite3.ErrReadonly || e.Code == sqlite3.ErrPerm:
		return failed(path, "the file or its folder cannot be written", e, syscall.EACCES)
	case e.Code == sqlite3.ErrCantOpen: // the registry is there: what is missing is a place for its -wal and -shm
		return fmt.Errorf("registry %s: its folder cannot be written, and even readers need that; copy registry and key to one that can be: %w", path, syscall.EACCES)
	case e.Code == sqlite3.ErrIoErr:
		return failed(path, "cannot read or write: "+e.Error(), e, syscall.EIO)
	}
	return fmt.Errorf("registry %s: %s", path, e.Error())
}

// failed wraps the cause that the system gave, or else the one that the
// driver's code amounts to.
func failed(path, what string, e sqlite3.Error, amounts syscall.Errno) error {
	if e.SystemErrno != 0 {
		amounts = e.SystemErrno
	}
	return fmt.Errorf("registry %s: %s: %w", path, what, amounts)
}

func busy(err error) bool {
	var driver sqlite3.Error
	return errors.As(err, &driver) && (driver.Code == sqlite3.ErrBusy || driver.Code == sqlite3.ErrLocked)
}
