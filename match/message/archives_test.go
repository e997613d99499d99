package message

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ulikunitz/xz"

	"telltale/internal/material"
)

// archive calls f with every file of a .tar.xz of the test material.
func archive(t *testing.T, folder, name string, f func(name string, data []byte)) {
	t.Helper()
	path := filepath.Join(material.Dir(t, folder), name)
	r, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	z, err := xz.NewReader(bytes.NewReader(r))
	if err != nil {
		t.Fatal(err)
	}
	in := tar.NewReader(z)
	for {
		h, err := in.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		data, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		f(h.Name, data)
	}
}

var archives = [][2]string{
	{"mime", "enmime_testdata.tar.xz"}, {"mime", "mikel_mail_fixtures.tar.xz"},
	{"spam", "sisimai_arf_and_bounces.tar.xz"}, {"spam", "spamassassin_350.tar.xz"},
}

// TestArchives reads every public mail there is: each gives a message or an
// error, and loses no text.
func TestArchives(t *testing.T) {
	for _, a := range archives {
		t.Run(a[1], func(t *testing.T) {
			files, messages, failed, empty, noRecipient, lossy, undated := 0, 0, 0, 0, 0, 0, 0
			archive(t, a[0], a[1], func(name string, data []byte) {
				files++
				list, err := Read(name, bytes.NewReader(data))
				if (err == nil) == (len(list) == 0) {
					t.Errorf("%s: %d messages and error %v", name, len(list), err)
				}
				if err != nil {
					failed++
					if strings.HasSuffix(name, ".eml") {
						t.Errorf("%s: %v", name, err)
					}
					return
				}
				messages += len(list)
				for _, m := range list {
					if m.Text == "" && len(m.Unreadable)+len(m.Notes) == 0 {
						empty++
						t.Logf("%s: no text, %d bytes", name, len(data))
					}
					if len(m.Recipients) == 0 {
						noRecipient++
					}
					if len(m.Unreadable) > 0 {
						lossy++
					}
					if m.Received.IsZero() {
						undated++
					}
				}
			})
			t.Logf("%d files: %d messages, %d refused, %d without text, %d without recipient, %d with losses, %d undated", files, messages, failed, empty, noRecipient, lossy, undated)
		})
	}
}
