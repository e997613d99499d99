package cli

import (
	"errors"
	"os/exec"
	"strconv"
)

func codeOf(err error) (string, bool) {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return "", false
	}
	return strconv.Itoa(exit.ExitCode()), true
}
