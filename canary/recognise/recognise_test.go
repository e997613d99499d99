package recognise

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"telltale/canary"
	"telltale/internal/budget"
	"telltale/internal/identity"
	"telltale/internal/material"
)

func scan(t testing.TB, x *Index, data []byte) *Report {
	t.Helper()
	r, err := x.Scan(context.Background(), bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *Report) has(planted int, kind identity.Kind) bool {
	return slices.ContainsFunc(r.Sights, func(s Sight) bool { return s.Planted == planted && s.Kind == kind })
}

// TestEveryDisguise shows every spelling in every container, each by itself, and
// asks for its canary and for no other.
func TestEveryDisguise(t *testing.T) {
	for _, w := range []*world{english(t, 60), chinese(t, 60)} {
		x := w.index()
		spellings, inside := englishSpellings(), containers()
		if w.locale == "zh-CN" {
			spellings, inside = chineseSpellings(), append(inside, chineseContainers()...)
		}
		r := rand.New(rand.NewPCG(1, 1))
		n := 0
		for _, s := range spellings {
			for _, c := range inside {
				for n = (n + 1) % len(w.planted); !w.tells(s, w.planted[n].Canary); {
					n = (n + 1) % len(w.planted)
				}
				text := s.spell(r, w, w.planted[n].Canary)
				data := append(append([]byte("Words before it; "), c.hide(r, text)...), "; and words behind."...)
				report := scan(t, x, data)
				if !report.has(n, s.kind) {
					t.Errorf("%s: %s in %s: %q is not found: %q %v", w.locale, s.name, c.name, text, data, report.Sights)
				}
				for _, sight := range report.Sights {
					if sight.Planted != n && sight.Kind != identity.Name && sight.Kind != identity.Address {
						t.Errorf("%s: %s in %s: %q shows canary %d too: %v", w.locale, s.name, c.name, text, sight.Planted, sight)
					}
				}
			}
		}
	}
}

// TestNobodyElse shows what is nearly a canary's, and asks for silence.
func TestNobodyElse(t *testing.T) {
	w := english(t, 40)
	x := w.index()
	for _, p := range w.planted {
		c := p.Canary
		mail, phone := w.cell(c, "email"), w.cell(c, "phone")
		local, domain, _ := bytes.Cut([]byte(mail), []byte("@"))
		plain := bytes.ReplaceAll([]byte(phone), []byte(" "), nil)
		for _, text := range []string{
			"x" + mail, string(local) + "1@" + string(domain), string(local) + "@x" + string(domain), string(local) + "@gmail.com",
			"9" + string(plain[1:]) + "0", string(plain) + "7", "55" + string(plain[1:]), "+55 " + string(plain[1:]), "+49" + string(plain[1:]), "0049 " + phone[1:],
			string(plain[:len(plain)-1]), string(plain[:8]) + "x" + string(plain[9:]), "a" + string(plain) + "b", "id=3" + string(plain),
			hashed(rand.New(rand.NewPCG(1, 1)), mail+"\n"), hashed(rand.New(rand.NewPCG(2, 1)), phone+"0"),
		} {
			if r := scan(t, x, []byte("see "+text+" for it")); len(r.Sights) > 0 {
				t.Errorf("%q is taken for canary %v of %q", text, r.Sights, c.Cells)
			}
		}
	}
	for _, row := range w.table.Rows[:300] {
		for _, s := range scan(t, x, []byte(strings.Join(row, ";"))).Sights {
			if s.Kind == identity.Email || s.Kind == identity.Phone {
				t.Errorf("%q is taken for %v", row, s)
			}
		}
	}
}

// TestAnywhereInTheStream shows a canary at the borders of blocks and pieces.
func TestAnywhereInTheStream(t *testing.T) {
	w := english(t, 4)
	x := w.index()
	c := w.planted[2].Canary
	mail := []byte(w.cell(c, "email"))
	inside := containers()
	filler := bytes.Repeat([]byte("nothing to see here, \n"), (BlockSize+Overlap)/22+9000)
	for _, at := range []int{0, pieceSize, pieceSize - pieceOverlap, BlockSize, BlockSize - Overlap, len(filler)} {
		for d := -100; d <= 20; d += 12 {
			n := min(max(0, at+d), len(filler))
			hide := inside[(d+100)/12%len(inside)]
			hidden := append(append([]byte(" <"), hide.hide(rand.New(rand.NewPCG(3, 3)), string(mail))...), "> "...)
			data := slices.Concat(filler[:n], hidden, filler[n:])
			if r := scan(t, x, data); !r.has(2, identity.Email) {
				t.Errorf("%s at %d is missed", hide.name, n)
			} else if off := r.Sights[0].Offset; off > int64(n) || off < int64(n)-BlockSize {
				t.Errorf("%s at %d is said to be at %d", hide.name, n, off)
			}
		}
	}
}

// TestNearCounts asks for more bits where more of a canary stands together, and
// for no more where it stands apart.
func TestNearCounts(t *testing.T) {
	w := english(t, 30)
	x := w.index()
	for n, p := range w.planted {
		c := p.Canary
		name, city, mail := w.cell(c, "first_name")+" "+w.cell(c, "last_name"), w.cell(c, "city"), w.cell(c, "email")
		bits := func(text string, k identity.Kind) float64 {
			for _, s := range scan(t, x, []byte(text)).Sights {
				if s.Planted == n && s.Kind == k {
					return s.Bits
				}
			}
			return 0
		}
		if !w.tells(englishSpellings()[0], c) {
			continue
		}
		alone, apart := bits(name, identity.Name), bits(name+strings.Repeat(" and so on", 80)+city, identity.Name)
		if alone == 0 || apart != alone {
			t.Errorf("%q: %.1f bits alone, %.1f with %s far away", name, alone, apart, city)
		}
		if both := bits(name+" of "+city, identity.Name); both < alone {
			t.Errorf("%q: %.1f bits alone, %.1f with %s beside it", name, alone, both, city)
		}
		if m := bits(mail, identity.Email); m < canary.MinEmailBits || m < 2*alone {
			t.Errorf("%q is worth %.1f bits, the name %.1f", mail, m, alone)
		}
	}
}

// TestReportsMerge compares one stream with its halves.
func TestReportsMerge(t *testing.T) {
	w := english(t, 20)
	x := w.index()
	var halves [2]Report
	var all bytes.Buffer
	for i := range halves {
		var b bytes.Buffer
		for _, p := range w.planted[10*i : 10*i+10] {
			b.WriteString(strings.Join(p.Canary.Cells, ",") + "\n")
		}
		all.Write(b.Bytes())
		halves[i] = *scan(t, x, b.Bytes())
	}
	halves[0].Merge(&halves[1])
	whole := scan(t, x, all.Bytes())
	if len(halves[0].Sights) != len(whole.Sights) || halves[0].Bytes != whole.Bytes || halves[0].Tried[identity.Email] != whole.Tried[identity.Email] {
		t.Errorf("halves give %d sights of %d bytes, the whole %d of %d", len(halves[0].Sights), halves[0].Bytes, len(whole.Sights), whole.Bytes)
	}
}

// TestHostileStreams bounds what is decoded.
func TestHostileStreams(t *testing.T) {
	x := english(t, 3).index()
	for _, unit := range []string{"%25", "=3D=", "&amp;", "<b>", "\\\\", "QUFB", "\x00=\x00%", "\xff\xfe", "((at", "1 2 3 4 5 6 ", "@@@@", "0"} {
		data := bytes.Repeat([]byte(unit), 300_000/len(unit))
		begun := time.Now()
		r := scan(t, x, data)
		if took := time.Since(begun); took > 20*time.Second {
			t.Errorf("%q repeated takes %v", unit, took)
		}
		if r.Bytes != int64(len(data)) {
			t.Errorf("%q: %d bytes of %d", unit, r.Bytes, len(data))
		}
	}
}

// TestCutStream reports what came before an error.
func TestCutStream(t *testing.T) {
	w := english(t, 3)
	broken := errors.New("cable cut")
	in := io.MultiReader(strings.NewReader("to "+w.cell(w.planted[1].Canary, "email")+" ..."), iotest.ErrReader(broken))
	r, err := w.index().Scan(t.Context(), in)
	if !errors.Is(err, broken) || !r.has(1, identity.Email) {
		t.Errorf("%v, %v", err, r)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.index().Scan(ctx, strings.NewReader("x")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// FuzzScan asks that no stream upsets the decoders, that what stands in clear is
// found whatever comes before and behind, that folding and cutting are what the
// slow way gives, and that a text shows what the slow way finds.
func FuzzScan(f *testing.F) {
	w, zh := english(f, 20), chinese(f, 20)
	x := w.index()
	workers := []*worker{x.newWorker(), zh.index().newWorker()}
	mail := w.cell(w.planted[1].Canary, "email")
	for _, c := range containers() {
		f.Add(c.hide(rand.New(rand.NewPCG(1, 2)), mail), []byte("%41=41&#65;\x00\xff"))
	}
	r := rand.New(rand.NewPCG(3, 2))
	for range 40 {
		f.Add(w.shreds(r), zh.shreds(r))
	}
	material.Seeds(f, 4<<10, func(data []byte) { f.Add(data, []byte("=\n")) }, "mime", "spam")
	f.Fuzz(func(t *testing.T, before, behind []byte) {
		data := slices.Concat(budget.Grown(before), []byte("\n "+mail+" \n"), budget.Grown(behind))
		var r *Report
		budget.Check(t, len(data), func() { r = scan(t, x, data) })
		if !r.has(1, identity.Email) {
			t.Errorf("not found in %q", data)
		}
		if len(data) > 4<<10 {
			return
		}
		foldsAndCuts(t, data)
		for _, w := range workers {
			agree(t, w, data)
		}
		runsOfBase64(t, data)
	})
}

// runsOfBase64 compares the runs that are decoded with those that begin behind
// any other byte.
func runsOfBase64(t *testing.T, raw []byte) {
	t.Helper()
	var want [][2]int
	for i := 0; i < len(raw); {
		if sextets[raw[i]] == 255 {
			i++
			continue
		}
		end := runEnd(raw, i)
		if end-i >= minBase64 {
			want = append(want, [2]int{i, end})
		}
		i = end
	}
	var got [][2]int
	var m marks
	m.of(raw)
	for start, end := range m.base64Bounds(raw) {
		if end-start >= minBase64 {
			got = append(got, [2]int{start, end})
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("runs of %q: %v, want %v", raw, got, want)
	}
}
