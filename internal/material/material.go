// Package material finds the public test tables that the tests measure with
// and that are too large, or licensed too narrowly, to be part of the project.
//
// They are looked for in the folder named by TELLTALE_TEST_DATA, else in
// shared/data beside the project. A test that needs them is skipped, with the
// reason, where they are absent.
package material

import (
	"archive/tar"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ulikunitz/xz"
)

// Dir returns the folder called name of the test material, or skips t.
func Dir(t testing.TB, name string) string {
	t.Helper()
	root, ok := find()
	if !ok {
		t.Skip("test material is absent: set TELLTALE_TEST_DATA to the folder that holds " + name)
	}
	dir := filepath.Join(root, name)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("test material lacks %s: %v", name, err)
	}
	return dir
}

func find() (string, bool) {
	if dir := os.Getenv("TELLTALE_TEST_DATA"); dir != "" {
		return dir, true
	}
	here, err := os.Getwd()
	if err != nil {
		return "", false
	}
	for {
		dir := filepath.Join(here, "shared", "data")
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir, true
		}
		up := filepath.Dir(here)
		if up == here {
			return "", false
		}
		here = up
	}
}

// Seeds gives the files of the folders called names to a fuzz target, those of
// at most limit bytes. Archives (tar.xz) are unpacked: their members are the
// files. Without the material it gives nothing.
func Seeds(f *testing.F, limit int, add func(data []byte), names ...string) {
	f.Helper()
	root, ok := find()
	if !ok {
		return
	}
	give := func(r io.Reader) {
		if data, err := io.ReadAll(io.LimitReader(r, int64(limit)+1)); err == nil && len(data) <= limit {
			add(data)
		}
	}
	for _, name := range names {
		_ = filepath.WalkDir(filepath.Join(root, name), func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() || d.Name() == "manifest.json" {
				return nil
			}
			file, err := os.Open(path)
			if err != nil {
				return nil
			}
			defer file.Close()
			if strings.HasSuffix(path, ".tar.xz") {
				members(file, give)
			} else {
				give(file)
			}
			return nil
		})
	}
}

func members(archive io.Reader, give func(io.Reader)) {
	z, err := xz.NewReader(archive)
	if err != nil {
		return
	}
	t := tar.NewReader(z)
	for h, err := t.Next(); err == nil; h, err = t.Next() {
		if h.Typeflag == tar.TypeReg {
			give(t)
		}
	}
}
