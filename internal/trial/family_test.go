package trial

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"telltale/internal/attack"
	"telltale/internal/material"
	"telltale/internal/survey"
	"telltale/match"
)

// TestFamily issues the table behind the uk-500 family, lets every copy go
// through the edits that real people made to it, and matches what comes out,
// and the real files, too. Whatever is said of a marked version names its copy
// or nobody; all but the one of two rows are attributed. The real files carry
// no mark and name nobody. False alarms: a wrong accusation has a chance of
// 1e-6 a file; a version that misses its copy fails the test.
func TestFamily(t *testing.T) {
	dir := material.Dir(t, "uk500_family")
	text, err := os.ReadFile(filepath.Join(dir, "kiennguyenquoc_data-orginal.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows := readAll(t, "uk-500", bytes.NewReader(text))
	w := issue(t, surveyed(t, "contacts", rows[0], rows[1:], survey.Choices{Density: 1}), Policy{Recipients: 50, Copies: 3, Canaries: 10, Pool: pool})
	for _, v := range attack.Family() {
		if testing.Short() && v.File != "markmbadham.csv" {
			continue
		}
		found, err := os.ReadFile(filepath.Join(dir, v.File))
		if err != nil {
			t.Fatal(err)
		}
		o, err := w.TryBytes(background, found)
		if err != nil {
			t.Fatalf("%s: %v", v.File, err)
		}
		if o.Verdict != match.Ours {
			t.Errorf("%s carries no mark: %s, %v accused", v.File, o.Verdict, o.Wrong)
		}
		t.Logf("%-32s as it is: %-10s %4d rows linked, %4d marks read, most against anybody 10^%.1f", v.File, o.Verdict, o.Linked, o.Marks, o.Innocent)
		for _, canaries := range []bool{true, false} {
			for k := range w.copies {
				familyCopy(t, w, v, k, canaries)
			}
		}
	}
}

func familyCopy(t *testing.T, w *World, v attack.Version, k int, canaries bool) {
	copied := w.Copy(k)
	if !canaries {
		copied = known(copied)
	}
	leak := v.Attack.Run(copied, generator(9, uint64(k)))
	o, err := w.Try(background, leak, v.Dialect, k)
	if err != nil {
		t.Fatalf("%s: %v", v.File, err)
	}
	if len(o.Wrong) > 0 {
		t.Errorf("%s made of copy %d: %v accused", v.File, k, o.Wrong)
	}
	if len(leak.Rows) >= 10 && o.Verdict != match.Attributed || o.Linked == 0 {
		t.Errorf("%s made of copy %d, canaries left in: %v: %s (%d rows linked, %d marks)", v.File, k, canaries, o.Verdict, o.Linked, o.Marks)
	}
	if k == 0 {
		t.Logf("%-32s of a copy, canaries %v: %-10s %4d marks, %2d canaries", v.File, canaries, o.Verdict, o.Marks, o.Canaries)
	}
}
