package cli

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"telltale/canary"
	"telltale/internal/export"
	"telltale/internal/table"
	"telltale/store"
)

// outgoing is one recipient's copy on its way.
type outgoing struct {
	recipient string
	path      string
	file      *export.File // nil for standard output
	stdout    *countingWriter
	writer    *export.Writer
	planter   *canary.Planter
	minted    []canary.Canary
	record    store.Export
}

// place decides where each copy goes, and refuses existing files.
func (j *exportJob) place() error {
	if j.out == "-" {
		if len(j.names) > 1 {
			return usageError("name a directory with --out", "--out -: standard output holds one copy, not %d", len(j.names))
		}
		j.copies = []*outgoing{{recipient: j.names[0], path: "-"}}
		return nil
	}
	info, err := os.Stat(j.out)
	isDir := err == nil && info.IsDir()
	intoDir := isDir || len(j.names) > 1 || strings.HasSuffix(j.out, string(filepath.Separator))
	if intoDir && err == nil && !isDir {
		return usageError("name a directory with --out", "--out %s: it is a file, and %d copies are wanted", j.out, len(j.names))
	}
	dir := filepath.Dir(j.out)
	if intoDir {
		dir = j.out
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	name, ext := splitName(j.input)
	if j.input == "-" {
		name, ext = j.dataset, ".csv"
	}
	for _, recipient := range j.names {
		path := j.out
		if intoDir {
			path = filepath.Join(j.out, name+"."+recipient+ext)
		}
		if path, err = filepath.Abs(path); err != nil {
			return err
		}
		there, err := exists(path)
		if err != nil {
			return err
		}
		if there && !j.force {
			return &failure{exit: exitError, code: "exists", err: fmt.Errorf("%s: %w; nothing was written", path, fs.ErrExist), hint: "choose another --out, or replace it with --force"}
		}
		j.copies = append(j.copies, &outgoing{recipient: recipient, path: path})
	}
	return nil
}

func (j *exportJob) openOutputs(s table.Schema) error {
	group := export.NewFiles(openOutputs)
	buffer := max(16<<10, min(256<<10, 64<<20/len(j.copies)))
	for _, o := range j.copies {
		var to io.Writer
		if o.path == "-" {
			o.stdout = &countingWriter{to: j.p.Out, sum: sha256.New()}
			to = o.stdout
		} else {
			file, err := group.Create(o.path)
			if err != nil {
				return err
			}
			o.file, to = file, file
		}
		var err error
		if o.writer, err = export.NewWriter(to, s, buffer); err != nil {
			return err
		}
	}
	return nil
}

func (j *exportJob) finish() error {
	for _, o := range j.copies {
		if err := o.writer.Close(); err != nil {
			return err
		}
		if o.file != nil {
			if err := o.file.Finish(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (j *exportJob) discard() {
	for _, o := range j.copies {
		if o.file != nil {
			_ = o.file.Discard()
		}
	}
}

// countingWriter digests what goes to standard output.
type countingWriter struct {
	to  io.Writer
	sum interface {
		io.Writer
		Sum([]byte) []byte
	}
	bytes int64
}

func (w *countingWriter) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	w.sum.Write(p[:n])
	w.bytes += int64(n)
	return n, err
}
