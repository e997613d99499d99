package cli

import (
	"fmt"
	"io/fs"

	"telltale/internal/export"
)

// forceUsage explains --force where a command writes one file.
const forceUsage = "replace the file if it exists"

// writeOutput writes a file that appears complete or not at all, readable by
// its owner alone; "-" is standard output.
func (p *program) writeOutput(path string, data []byte, force bool) error {
	if path == "-" {
		_, err := p.Out.Write(data)
		return err
	}
	if there, err := exists(path); err != nil || there && !force {
		if err == nil {
			err = &failure{exit: exitError, code: "exists", err: fmt.Errorf("%s: %w; nothing was written", path, fs.ErrExist), hint: "choose another name, or replace it with --force"}
		}
		return err
	}
	f, err := export.NewFiles(1).Create(path)
	if err != nil {
		return err
	}
	defer f.Discard()
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := f.Finish(); err != nil {
		return err
	}
	return f.Publish(force)
}
