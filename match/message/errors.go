package message

import "errors"

// Errors of Read, wrapped with the file's name.
var (
	ErrNoMessage = errors.New("no message found")
	ErrNotText   = errors.New("neither mail nor text nor table")
)
