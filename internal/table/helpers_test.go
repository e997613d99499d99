package table

import (
	"archive/tar"
	"io"
	"testing"

	"github.com/ulikunitz/xz"
)

func untarXZ(t testing.TB, r io.Reader) map[string][]byte {
	t.Helper()
	z, err := xz.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for tr := tar.NewReader(z); ; {
		h, err := tr.Next()
		if err == io.EOF {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg {
			if files[h.Name], err = io.ReadAll(tr); err != nil {
				t.Fatal(err)
			}
		}
	}
}
