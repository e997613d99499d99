package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/internal/key"
	"telltale/internal/table"
	"telltale/match/link"
	"telltale/match/message"
	"telltale/store"
)

// Exit codes of the program.
const (
	exitDone        = 0
	exitError       = 1
	exitUsage       = 2
	exitIncomplete  = 3
	exitKey         = 4
	exitVerify      = 5
	exitAttributed  = 10
	exitOurs        = 11
	exitInterrupted = 130
)

const exitStatusHelp = `
EXIT STATUS:
   0    done, and everything was read
   1    error
   2    usage: unknown command or flag, missing or impossible argument
   3    incomplete: part of the input was unreadable; do not read the result as clean
   4    key missing or wrong
   5    verification failed
   130  interrupted
   With --exit-code, match and trace answer: 10 attributed, 11 ours but not attributed, 0 nothing of ours.
`

// failure is an error with its exit code, a word for scripts and a remedy.
type failure struct {
	exit int
	code string
	err  error
	hint string
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func usageError(hint, format string, args ...any) error {
	return &failure{exit: exitUsage, code: "usage", err: fmt.Errorf(format, args...), hint: hint}
}

func inputError(hint, format string, args ...any) error {
	return &failure{exit: exitError, code: "input", err: fmt.Errorf(format, args...), hint: hint}
}

// status is an outcome that is no error but decides the exit code, such as the
// answers of --exit-code.
type status int

func (s status) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// whereListed names the command that lists what there is of a kind.
func whereListed(what string) string {
	if what == "parent" {
		what = "recipient"
	}
	switch what {
	case "recipient", "dataset", "export", "case", "key":
		return "telltale " + what + " list shows what there is"
	}
	return ""
}

// describe gives every error its exit code, word and hint: the one switch.
func describe(err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	describe := func(exit int, code, hint string) *failure { return &failure{exit, code, err, hint} }
	var (
		syntax     *table.SyntaxError
		policy     *fingerprint.PolicyError
		emptyKey   *fingerprint.KeyError
		duplicate  *link.DuplicateKeyError
		exhausted  *canary.ExhaustedError
		permission *key.PermissionError
		missing    *store.MissingError
	)
	switch {
	case errors.Is(err, context.Canceled):
		return describe(exitInterrupted, "interrupted", "")
	case errors.As(err, &permission):
		return describe(exitKey, "key", "chmod 600 the key file")
	case errors.Is(err, key.ErrPassphrase), errors.Is(err, key.ErrFormat), errors.Is(err, store.ErrWrongKey):
		return describe(exitKey, "key", "name the right key with --key-file, TELLTALE_KEY_FILE or TELLTALE_KEY_COMMAND")
	case errors.Is(err, store.ErrRole), errors.Is(err, errKeyLacks):
		return describe(exitKey, "role", "telltale key list shows what each key may do")
	case errors.Is(err, key.ErrSealed):
		return describe(exitKey, "key", "the record was sealed with another key, or was changed: run telltale ledger verify")
	case errors.As(err, &syntax):
		return describe(exitError, "input", syntax.Hint)
	case errors.As(err, &policy):
		return describe(exitError, "policy", "")
	case errors.As(err, &emptyKey):
		return describe(exitError, "input", "every row needs a key: fill the cell, or choose other key columns with dataset add --key")
	case errors.As(err, &duplicate):
		return describe(exitError, "input", "keys must be unique: remove the row, or choose other key columns with dataset add --key")
	case errors.As(err, &exhausted):
		return describe(exitError, "pool", "add contacts that you own with telltale pool add, or ask for fewer --canaries")
	case errors.Is(err, table.ErrLimit):
		return describe(exitError, "limit", "unpack it yourself where room is bounded (a workbook: save its sheets as CSV), and give the files that come out")
	case errors.Is(err, table.ErrTruncated):
		return describe(exitError, "input", "the file is not whole: get it again, or unpack what can be unpacked and give that")
	case errors.Is(err, table.ErrDamaged):
		return describe(exitError, "input", "get the file again, or give what a repair tool saves of it")
	case errors.Is(err, message.ErrNoMessage):
		return describe(exitError, "input", "give a file with a message, or type one with --contact and --text")
	case errors.Is(err, message.ErrNotText):
		return describe(exitError, "input", "give a mail, an mbox, a chat, a text or a table; unpack archives first")
	case errors.Is(err, table.ErrEmpty):
		return describe(exitError, "input", "give a file with at least one row")
	case errors.Is(err, table.ErrNotTable):
		return describe(exitError, "input", "give CSV, JSON Lines, XLSX or an SQL dump; --format, --encoding and --delimiter override what is detected")
	case errors.As(err, &missing):
		return describe(exitError, "not-found", whereListed(missing.What))
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, store.ErrNotFound):
		return describe(exitError, "not-found", "check the path")
	case errors.Is(err, fs.ErrExist), errors.Is(err, store.ErrExists):
		return describe(exitError, "exists", "choose another name")
	case errors.Is(err, syscall.EISDIR):
		return describe(exitError, "input", "give a file; match and trace alone read folders")
	case errors.Is(err, syscall.ENOSPC):
		return describe(exitError, "disk-full", "make room, or write to another disk, and run the command again: nothing half done was kept")
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return describe(exitError, "permission", "check the rights of the file and of its folder")
	case errors.Is(err, store.ErrCorrupt):
		return describe(exitError, "registry", "run telltale ledger verify, or restore a backup")
	}
	return describe(exitError, "error", "")
}
