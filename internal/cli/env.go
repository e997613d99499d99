package cli

import (
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// Env is everything a command takes from the world around it, so that the
// tests can stand in for it.
type Env struct {
	In     io.Reader
	Out    io.Writer
	Err    io.Writer
	Getenv func(string) string
	Now    func() time.Time
	// ErrIsTerminal tells whether progress may be drawn on Err.
	ErrIsTerminal bool
	// OutIsTerminal tells whether Out may be coloured.
	OutIsTerminal bool
	// OutWidth is how many columns the terminal on Out has; 0 is no bound.
	OutWidth int
	// Prompt asks for a secret without echo; nil where nobody can be asked.
	Prompt func(question string) ([]byte, error)
}

// System is the environment of the running process.
func System() Env {
	env := Env{
		In:            os.Stdin,
		Out:           os.Stdout,
		Err:           os.Stderr,
		Getenv:        os.Getenv,
		Now:           time.Now,
		ErrIsTerminal: term.IsTerminal(int(os.Stderr.Fd())),
		OutIsTerminal: term.IsTerminal(int(os.Stdout.Fd())),
	}
	if width, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
		env.OutWidth = width
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		env.Prompt = promptTerminal
	}
	return env
}

func promptTerminal(question string) ([]byte, error) {
	if _, err := io.WriteString(os.Stderr, question); err != nil {
		return nil, err
	}
	answer, err := term.ReadPassword(int(os.Stdin.Fd()))
	_, _ = io.WriteString(os.Stderr, "\n")
	return answer, err
}
