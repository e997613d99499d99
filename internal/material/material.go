// Package material finds the public test tables that the tests measure with
// and that are too large, or licensed too narrowly, to be part of the project.
//
// They are looked for in the folder named by TELLTALE_TEST_DATA, else in
// shared/data beside the project. A test that needs them is skipped, with the
// reason, where they are absent.
package material

import (
	"os"
	"path/filepath"
	"testing"
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
