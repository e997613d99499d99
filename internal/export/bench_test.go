package export

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/internal/key"
	"telltale/internal/survey"
	"telltale/internal/synthetic"
	"telltale/internal/table"
	"telltale/match/link"
)

const benchRows = 1_000_000

// millionRows is a CSV file of a million rows and ten columns.
func millionRows(b *testing.B) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "million.csv")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if err := synthetic.Customers(benchRows, 3).Write(f); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

// BenchmarkMillionRows times the export of a million rows to one recipient
// beside a plain copy of the same file by encoding/csv. Compare their ns/op. The
// trees by which canaries are chosen are learned before.
func BenchmarkMillionRows(b *testing.B) {
	path := millionRows(b)
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	s := learn(b, path)
	mint(b, s, key.Secret{1})
	b.Run("copy", func(b *testing.B) {
		b.SetBytes(info.Size())
		defer processorTime(b)()
		for b.Loop() {
			plainCopy(b, path)
		}
	})
	b.Run("export", func(b *testing.B) {
		b.SetBytes(info.Size())
		defer processorTime(b)()
		for b.Loop() {
			exportOnce(b, path, s)
		}
	})
}

// processorTime reports what all processors together spent until the result is
// called, on one operation: it says more than ns/op on a machine that is busy.
func processorTime(b *testing.B) func() {
	spent := func() int64 {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return u.Utime.Nano() + u.Stime.Nano()
	}
	begun := spent()
	return func() { b.ReportMetric(float64(spent()-begun)/float64(b.N)/1e9, "processor-s/op") }
}

func learn(b *testing.B, path string) *survey.Survey {
	b.Helper()
	f, err := table.Open(path, table.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	r, err := f.Next()
	if err != nil {
		b.Fatal(err)
	}
	s, err := survey.Read(context.Background(), r, survey.Choices{})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

func mint(b *testing.B, s *survey.Survey, master key.Secret) []canary.Canary {
	minted, err := s.Profile.Mint(master, 10, canary.Contacts{Domains: []string{"letterbox.example"}, Phones: make([]string, 10)})
	if err != nil {
		b.Fatal(err)
	}
	return minted
}

func plainCopy(b *testing.B, path string) {
	in, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(path + ".copy")
	if err != nil {
		b.Fatal(err)
	}
	defer out.Close()
	r, w := csv.NewReader(in), csv.NewWriter(out)
	r.ReuseRecord = true
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = w.Write(record)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		b.Fatal(err)
	}
}

func exportOnce(b *testing.B, path string, s *survey.Survey) {
	f, err := table.Open(path, table.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	r, err := f.Next()
	if err != nil {
		b.Fatal(err)
	}
	master := key.Secret{1}
	marker, err := fingerprint.New(s.Scheme(), "bench", master)
	if err != nil {
		b.Fatal(err)
	}
	spool, err := NewSpool(filepath.Dir(path))
	if err != nil {
		b.Fatal(err)
	}
	defer spool.Close()
	out, err := NewFiles(1).Create(path + ".out")
	if err != nil {
		b.Fatal(err)
	}
	defer out.Discard()
	w, err := NewWriter(out, r.Schema(), 256<<10)
	if err != nil {
		b.Fatal(err)
	}
	minted := mint(b, s, master)
	spec := link.Spec{Columns: s.Scheme().Columns, Locale: s.Locale}
	indexer, builder := link.NewIndexer(spec, "bench", master), link.NewBuilder(spec, spool.Put)
	indexer.Expect(s.Rows)
	builder.Expect(s.Rows)
	builder.KeepContacts("bench", master)
	_, err = Run(context.Background(), path, r, Plan{
		Marker: marker, Indexer: indexer, Builder: builder,
		Threshold: fingerprint.Threshold(s.Density),
		Copies: []Copy{{Word: marker.Word("acme"), Withholding: fingerprint.NewWithholding("bench", "acme", master),
			Canaries: canary.NewPlanter(s.Profile, minted, -1), Out: w}},
	})
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		err = out.Finish()
	}
	if err != nil {
		b.Fatal(err)
	}
}
