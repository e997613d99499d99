package table

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ulikunitz/xz"
	"go.uber.org/goleak"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestSmall lists small files with what is to be found in them: header and
// rows, cells joined by blanks in brackets.
func TestSmall(t *testing.T) {
	for _, c := range []struct{ name, in, columns, rows string }{
		{"one cell", "hello", "[column1]", "[[hello]]"},
		{"one byte", "a", "[column1]", "[[a]]"},
		{"one row", "Ann,030 1234567,ann@example.org\n", "[column1 column2 column3]", "[[Ann 030 1234567 ann@example.org]]"},
		{"header only", "name,phone\n", "[name phone]", "[]"},
		{"header only without line end", "name,phone,email", "[name phone email]", "[]"},
		{"phones", "13800138000\n13900139000\n13700137000\n", "[column1]", "[[13800138000] [13900139000] [13700137000]]"},
		{"one phone", "13800138000\n", "[column1]", "[[13800138000]]"},
		{"phones written apart", "030 1234567\n030 2234567\n040 3234567\n", "[column1]", "[[030 1234567] [030 2234567] [040 3234567]]"},
		{"phones with header", "phone\n13800138000\n13900139000\n", "[phone]", "[[13800138000] [13900139000]]"},
		{"mails", "a@example.org\nb@example.org\nc@example.org\n", "[column1]", "[[a@example.org] [b@example.org] [c@example.org]]"},
		{"digests", "0cc175b9c0f1b6a831c399e269772661\n92eb5ffee6ae2fec3ad71c777531578f\n", "[column1]", "[[0cc175b9c0f1b6a831c399e269772661] [92eb5ffee6ae2fec3ad71c777531578f]]"},
		{"combos", "a@example.org:Secret1:Ann\nb@example.org:hunter2:Bob\n", "[column1 column2 column3]", "[[a@example.org Secret1 Ann] [b@example.org hunter2 Bob]]"},
		{"names alone", "John,Smith,London\nMary,Jones,Paris\nPaul,Brown,Leeds\n", "[column1 column2 column3]", "[[John Smith London] [Mary Jones Paris] [Paul Brown Leeds]]"},
		{"names with header", "first,last,city\nMary,Jones,Paris\nPaul,Brown,Leeds\n", "[first last city]", "[[Mary Jones Paris] [Paul Brown Leeds]]"},
		{"numbers", "1,2,3\n4,5,6\n7,8,9\n", "[column1 column2 column3]", "[[1 2 3] [4 5 6] [7 8 9]]"},
		{"decimal comma", "name;price;qty\nbolt;1,50;3\nnut;0,75;12\n", "[name price qty]", "[[bolt 1,50 3] [nut 0,75 12]]"},
		{"decimal comma alone", "1,5;2,25;3,0\n4,5;5,25;6,0\n", "[column1 column2 column3]", "[[1,5 2,25 3,0] [4,5 5,25 6,0]]"},
		{"preamble", "Report of March\n\nname,phone,city\nAnn,0301234567,Bonn\nBob,0307654321,Kiel\n", "[name phone city]", "[[Ann 0301234567 Bonn] [Bob 0307654321 Kiel]]"},
		{"trailing delimiter", "name,phone,\nAnn,0301234567,\nBob,0307654321,\n", "[name phone column3]", "[[Ann 0301234567 ] [Bob 0307654321 ]]"},
		{"trailing delimiter below", "name,phone\nAnn,0301234567,\nBob,0307654321,\n", "[name phone column3]", "[[Ann 0301234567 ] [Bob 0307654321 ]]"},
		{"duplicate and empty names", "name, name ,,gill-size,gill-size\na,b,1,c,2\nd,e,3,f,4\n", "[name name-2 column3 gill-size gill-size-2]", "[[a b 1 c 2] [d e 3 f 4]]"},
		{"quoted newlines", "a,b\n1,\"x\ny\"\n2,\"z\r\nw\"\n", "[a b]", "[[1 x\ny] [2 z\r\nw]]"},
		{"mixed line ends", "name,age\nAnn,1\r\nBob,2\nCid,3\r\n", "[name age]", "[[Ann 1] [Bob 2] [Cid 3]]"},
		{"CR", "name,age\rAnn,1\rBob,2\r", "[name age]", "[[Ann 1] [Bob 2]]"},
		{"tabs", "name\tage\nAnn\t1\nBob\t2\n", "[name age]", "[[Ann 1] [Bob 2]]"},
		{"bars", "name|age\nAnn|1\nBob|2\n", "[name age]", "[[Ann 1] [Bob 2]]"},
		{"times", "id,at,what\n1,12:30:00,x\n2,13:45:10,y\n", "[id at what]", "[[1 12:30:00 x] [2 13:45:10 y]]"},
		{"Chinese", "姓名,手机号,地址\n王伟,13800138000,北京市朝阳区1号\n李娜,13900139000,上海市2号\n", "[姓名 手机号 地址]", "[[王伟 13800138000 北京市朝阳区1号] [李娜 13900139000 上海市2号]]"},
		{"JSON lines", `{"name":"Ann","n":1}` + "\n" + `{"n":2,"name":"B\u00f6b"}` + "\n", "[name n]", "[[Ann 1] [Böb 2]]"},
		{"JSON array", "[\n {\"name\":\"Ann\",\"n\":1.50},\n {\"n\":null,\"name\":\"Bob\"}\n]\n", "[name n]", "[[Ann 1.50] [Bob ]]"},
		{"SQL", "CREATE TABLE `people` (`id` int, name text, PRIMARY KEY (id));\nINSERT INTO people VALUES (1,'Ann'),(2,N'O''Neil'),(-3,'a\\'b'),(4,NULL);\n", "[id name]", "[[1 Ann] [2 O'Neil] [-3 a'b] [4 ]]"},
		{"COPY", "SET x = 1;\nCOPY public.people (id, name) FROM stdin;\n1\tAnn\n2\tB\\tb\n3\t\\N\n\\.\n", "[id name]", "[[1 Ann] [2 B\tb] [3 ]]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := readAll(t, openString(t, c.in, Options{}))
			if len(all) != 1 {
				t.Fatalf("%d tables", len(all))
			}
			got := fmt.Sprint(all[0].rows)
			if fmt.Sprint(all[0].Columns) != c.columns || got != c.rows || len(all[0].bad) > 0 {
				t.Errorf("columns %v rows %q bad %v, want %s %q", all[0].Columns, got, first(all[0].bad), c.columns, c.rows)
			}
		})
	}
}

func TestNothing(t *testing.T) {
	for _, in := range []string{"", "\n", "\xEF\xBB\xBF", "\xFF\xFE", " \r\n \r\n"} {
		if _, err := NewFile("input", strings.NewReader(in), Options{}); !errors.Is(err, ErrEmpty) {
			t.Errorf("%q: %v, want ErrEmpty", in, err)
		}
	}
}

// TestFaults: every fault has its place, and the rows around it are read.
func TestFaults(t *testing.T) {
	rows := strings.Repeat("Ann,0301234567,Bonn\n", 30)
	for _, c := range []struct {
		name, in string
		line     int64
		column   int
		rows     int
	}{
		{"short row", "name,phone,city\n" + rows + "Bob,1\n" + rows, 32, 0, 61},
		{"long row", "name,phone,city\n" + rows + "Bob,1,2,3\n" + rows, 32, 0, 61},
		{"bad byte", "name,phone,city\n" + rows + "B\xf6b,1,2\n" + strings.Repeat("Bäb,1,2\n", 30), 32, 1, 61},
		{"NUL", "name,phone,city\n" + rows + "Bob,1\x001,2\n" + rows, 32, 2, 61},
		{"open quote", "name,phone,city\n" + rows + "Bob,\"1,2\n" + rows, 32, 2, 61},
		{"open quote before quotes", "name,phone,city\n" + rows + "Bob,\"1,2\n" + strings.Repeat("Ann,\"030\",Bonn\n", 30), 32, 2, 61},
		{"stray quote", "name,phone,city\n" + rows + "\"Bob \"B\" B\",1,2\n" + rows, 32, 1, 61},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := readAll(t, openString(t, c.in, Options{}))
			bad := all[0].bad
			if len(bad) == 0 || bad[0].Line != c.line || bad[0].Column != c.column || len(all[0].rows) != c.rows || len(bad) > 2 {
				t.Errorf("%d rows, %d bad: %s", len(all[0].rows), len(bad), first(bad))
			}
			out, _, _, err := rewrite(t, c.name, []byte(c.in), Options{})
			if err != nil || string(out) != c.in {
				t.Errorf("differs after being written again: %v", err)
			}
		})
	}
}

// TestOpenQuoteIsBounded: a quote that is never closed costs one line of a
// long file, not the rest of it.
func TestOpenQuoteIsBounded(t *testing.T) {
	row := "Ann,0301234567,Bonn\n"
	n := 3 * maxQuoted / len(row)
	in := "name,phone,city\n" + row + "Bob,\"030,Kiel\n" + strings.Repeat(row, n)
	all := readAll(t, openString(t, in, Options{}))
	if len(all[0].bad) > 2 || len(all[0].rows) != n+2 {
		t.Errorf("%d rows, want %d; %d bad", len(all[0].rows), n+2, len(all[0].bad))
	}
}

func TestLongLines(t *testing.T) {
	long := strings.Repeat("x", 3<<20)
	in := "name,city\nAnn,Bonn\nBob," + long + "\nCid,Kiel\n"
	all := readAll(t, openString(t, in, Options{MaxRecord: 1 << 20}))
	if len(all[0].bad) != 1 || all[0].bad[0].Line != 3 || len(all[0].rows) != 3 || all[0].rows[2][0] != "Cid" {
		t.Errorf("%d rows, bad %v", len(all[0].rows), first(all[0].bad))
	}
	if all = readAll(t, openString(t, in, Options{})); len(all[0].bad) != 0 || all[0].rows[1][1] != long {
		t.Errorf("bad %v", first(all[0].bad))
	}
}

func TestManyColumns(t *testing.T) {
	var b strings.Builder
	for line := range 4 {
		for i := range 100_000 {
			if i > 0 {
				b.WriteByte(',')
			}
			if line == 0 {
				fmt.Fprintf(&b, "col_%d", i)
			} else {
				fmt.Fprint(&b, i*line)
			}
		}
		b.WriteByte('\n')
	}
	out, s, bad, err := rewrite(t, "wide", []byte(b.String()), Options{})
	if err != nil || len(s.Columns) != 100_000 || len(bad) > 0 || string(out) != b.String() || s.Columns[99_999] != "col_99999" {
		t.Errorf("%d columns, %v %v", len(s.Columns), err, first(bad))
	}
}

// TestEncodings writes the same table in every encoding and reads it again.
func TestEncodings(t *testing.T) {
	chinese := "姓名,手机号,地址\n" + strings.Repeat("王伟,13800138000,北京市朝阳区建国路1号\n李娜,13900139000,上海市浦东新区2号\n", 20)
	traditional := "姓名,電話,地址\n" + strings.Repeat("陳怡君,0912345678,臺北市信義區市府路1號\n林志明,0922345678,高雄市苓雅區四維路\n", 20)
	japaneseText := "氏名,電話番号,住所\n" + strings.Repeat("山田太郎,0312345678,東京都千代田区ひかり町\nさとう花子,0612345678,大阪市北区\n", 20)
	german := "name,city\n" + strings.Repeat("Jürgen Groß,Köln\nMüller’s Bäckerei,München\n", 20)
	must := func(b []byte, err error) []byte {
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	utf16 := func(e utf16Encoder, s string) []byte { return e.append(nil, s) }
	latin, _ := encoderFor("windows-1252")
	for _, c := range []struct {
		want string
		bom  bool
		data []byte
		text string
	}{
		{"utf-8", false, []byte(chinese), chinese},
		{"utf-8", true, []byte(bom + chinese), chinese},
		{"utf-16le", true, utf16(utf16Encoder{0, 1}, bom+chinese), chinese},
		{"utf-16be", true, utf16(utf16Encoder{1, 0}, bom+chinese), chinese},
		{"utf-16le", false, utf16(utf16Encoder{0, 1}, german), german},
		{"utf-16be", false, utf16(utf16Encoder{1, 0}, chinese), chinese},
		{"gb18030", false, must(simplifiedchinese.GBK.NewEncoder().Bytes([]byte(chinese))), chinese},
		{"big5", false, must(traditionalchinese.Big5.NewEncoder().Bytes([]byte(traditional))), traditional},
		{"shift_jis", false, must(japanese.ShiftJIS.NewEncoder().Bytes([]byte(japaneseText))), japaneseText},
		{"windows-1252", false, latin.append(nil, german), german},
	} {
		t.Run(fmt.Sprint(c.want, c.bom), func(t *testing.T) {
			out, s, bad, err := rewrite(t, c.want, c.data, Options{})
			if err != nil || s.Encoding != c.want || s.BOM != c.bom || !s.Header || len(bad) > 0 || !bytes.Equal(out, c.data) {
				t.Fatalf("%s BOM %v header %v %v, bad %v, equal %v", s.Encoding, s.BOM, s.Header, err, first(bad), bytes.Equal(out, c.data))
			}
			all := readAll(t, openString(t, string(c.data), Options{}))
			want := readAll(t, openString(t, c.text, Options{}))
			if fmt.Sprint(all[0].rows) != fmt.Sprint(want[0].rows) {
				t.Errorf("rows differ: %q", all[0].rows[0])
			}
		})
	}
}

// TestNoise: nothing that is not a table is taken for one. The seed is fixed;
// a pass means that none of 40 x 11 noises was.
func TestNoise(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	fill := func(n int, f func() byte) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = f()
		}
		return b
	}
	base64 := "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	kinds := map[string]func(n int) []byte{
		"bytes":      func(n int) []byte { return fill(n, func() byte { return byte(rng.Uint32()) }) },
		"7 bit":      func(n int) []byte { return fill(n, func() byte { return byte(rng.Uint32() & 127) }) },
		"high bytes": func(n int) []byte { return fill(n, func() byte { return byte(rng.Uint32() | 128) }) },
		"zeros":      func(n int) []byte { return make([]byte, n) },
		"png":        func(n int) []byte { return append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, n)...) },
		"elf":        func(n int) []byte { return append([]byte("\x7fELF\x02\x01\x01"), make([]byte, n)...) },
		"gzip of bytes": func(n int) []byte {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			z.Write(fill(n, func() byte { return byte(rng.Uint32()) }))
			z.Close()
			return b.Bytes()
		},
		"utf-16 units": func(n int) []byte {
			return append([]byte("\xff\xfe"), fill(n, func() byte { return byte(rng.Uint32()) })...)
		},
		"printable": func(n int) []byte {
			return fill(n, func() byte {
				if c := byte(rng.UintN(96)); c < 95 {
					return ' ' + c
				}
				return '\n'
			})
		},
		"base64 lines": func(n int) []byte {
			i := 0
			return fill(n+200, func() byte {
				if i++; i%77 == 0 {
					return '\n'
				}
				return base64[rng.UintN(64)]
			})
		},
		"base64": func(n int) []byte { return fill(n+200, func() byte { return base64[rng.UintN(64)] }) },
	}
	for k, name := range slices.Sorted(maps.Keys(kinds)) {
		*rng = *rand.New(rand.NewPCG(1, uint64(k)))
		for i := range 40 {
			data := kinds[name](100 + 1<<(i%14))
			f, err := NewFile("noise", bytes.NewReader(data), Options{})
			if err == nil {
				r, _ := f.Next()
				t.Errorf("%s: %d bytes are taken for a table: %v delimiter %q", name, len(data), r.Schema().Columns, r.Schema().Delimiter)
				f.Close()
			} else if !errors.Is(err, ErrNotTable) && !errors.Is(err, ErrEmpty) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

func TestArchives(t *testing.T) {
	plain := people(1<<20, "")
	var zipped, tarred bytes.Buffer
	zw, tw := zip.NewWriter(&zipped), tar.NewWriter(&tarred)
	for _, name := range []string{"README", "people.csv", "more.csv.gz"} {
		data := map[string][]byte{"README": []byte("\x89PNG\r\n"), "people.csv": plain, "more.csv.gz": gzipped(plain)}[name]
		w, _ := zw.Create(name)
		w.Write(data)
		tw.WriteHeader(&tar.Header{Name: name, Size: int64(len(data)), Mode: 0o600, Typeflag: tar.TypeReg})
		tw.Write(data)
	}
	zw.Close()
	tw.Close()
	rows := bytes.Count(plain, []byte("\n")) - 1
	for name, data := range map[string][]byte{"zip": zipped.Bytes(), "tar+gzip": gzipped(tarred.Bytes())} {
		f, err := NewFile(name, bytes.NewReader(data), Options{})
		if err != nil {
			t.Fatal(name, err)
		}
		passed := func() int { return len(f.Passed()) }
		all := readAll(t, f)
		if len(all) != 2 || len(all[0].rows) != rows || len(all[1].rows) != rows || passed() != 1 || all[0].Name != "people.csv" {
			t.Errorf("%s: %d tables, %d passed", name, len(all), passed())
		}
		if info := f.Info(); info.Bytes != int64(len(data)) || len(info.SHA256) != 64 {
			t.Errorf("%s: %+v", name, info)
		}
	}
	cut := zipped.Bytes()[:zipped.Len()/3]
	f, err := NewFile("cut.zip", bytes.NewReader(cut), Options{})
	if err != nil {
		t.Fatal(err)
	}
	all := readAll(t, f)
	if len(all) == 0 || len(all[0].rows) < rows/10 || !errors.Is(all[0].err, ErrTruncated) {
		t.Errorf("cut zip: %d tables, %v", len(all), all[0].err)
	}
}

func TestTruncated(t *testing.T) {
	z := gzipped(people(4<<20, ""))
	f, err := NewFile("cut.gz", bytes.NewReader(z[:len(z)/2]), Options{})
	if err != nil {
		t.Fatal(err)
	}
	all := readAll(t, f)
	if len(all[0].rows) < 5000 || !errors.Is(all[0].err, ErrTruncated) {
		t.Errorf("%d rows, %v", len(all[0].rows), all[0].err)
	}
}

// zeroes is an endless row of the letter a.
type zeroes struct{ n int64 }

func (z *zeroes) Read(p []byte) (int, error) {
	if z.n <= 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.n)
	for i := range p[:n] {
		p[i] = "name,city\n"[i%10]
	}
	z.n -= n
	return int(n), nil
}

func TestBomb(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.Copy(z, &zeroes{80 << 20}); err != nil {
		t.Fatal(err)
	}
	z.Close()
	f, err := NewFile("bomb.gz", bytes.NewReader(b.Bytes()), Options{Limits: Limits{Ratio: 100}})
	if err != nil {
		t.Fatal(err)
	}
	if all := readAll(t, f); !errors.Is(all[0].err, ErrLimit) {
		t.Errorf("%d rows, %v, want ErrLimit", len(all[0].rows), all[0].err)
	}
	nested := []byte("name,city\nAnn,Bonn\n")
	for range 6 {
		nested = gzipped(nested)
	}
	if _, err := NewFile("nested", bytes.NewReader(nested), Options{}); !errors.Is(err, ErrLimit) {
		t.Errorf("six times compressed: %v, want ErrLimit", err)
	}
}

func TestCloseStops(t *testing.T) {
	f, err := NewFile("people", bytes.NewReader(people(8<<20, "")), Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := f.Next()
	if err != nil {
		t.Fatal(err)
	}
	for range 20_000 {
		if _, err := r.Read(); err != nil {
			t.Fatal(err)
		}
	}
	f.Close()
	f.Close()
	if _, err := r.Read(); err == nil {
		t.Error("a closed table is read on")
	}
}

// What a tar archive says of an entry's kind hides no data: all but links,
// devices, pipes and folders are read, and these are counted.
func TestTarKinds(t *testing.T) {
	plain := people(1<<12, "")
	var out bytes.Buffer
	tw := tar.NewWriter(&out)
	write := func(h tar.Header, data []byte) {
		h.Size = int64(len(data))
		if err := tw.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		tw.Write(data)
	}
	write(tar.Header{Typeflag: tar.TypeXGlobalHeader, PAXRecords: map[string]string{"comment": "x"}}, nil)
	write(tar.Header{Name: "dir/", Typeflag: tar.TypeDir}, nil)
	write(tar.Header{Name: "pipe", Typeflag: tar.TypeFifo}, nil)
	write(tar.Header{Name: "link", Linkname: "people.csv", Typeflag: tar.TypeSymlink}, nil)
	write(tar.Header{Name: "contiguous.csv", Typeflag: tar.TypeCont}, plain)
	write(tar.Header{Name: "vendor.csv", Typeflag: 'Z'}, plain)
	tw.Close()
	f, err := NewFile("kinds.tar", bytes.NewReader(out.Bytes()), Options{})
	if err != nil {
		t.Fatal(err)
	}
	all := readAll(t, f)
	n, first := f.Irregular()
	if len(all) != 2 || n != 2 || strings.Join(first, ", ") != "pipe (named pipe), link (link)" {
		t.Errorf("%d tables, %d passed over: %v", len(all), n, first)
	}
}

// Links and pipes in a zip archive are no texts, though one of them has bytes.
func TestZipKinds(t *testing.T) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, entry := range []struct {
		name string
		mode fs.FileMode
		data []byte
	}{{"link", fs.ModeSymlink | 0o777, []byte("/etc/passwd")}, {"pipe", fs.ModeNamedPipe | 0o644, nil}, {"people.csv", 0o644, people(1<<12, "")}} {
		h := &zip.FileHeader{Name: entry.name}
		h.SetMode(entry.mode)
		to, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		to.Write(entry.data)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := NewFile("kinds.zip", bytes.NewReader(out.Bytes()), Options{})
	if err != nil {
		t.Fatal(err)
	}
	all := readAll(t, f)
	n, first := f.Irregular()
	if len(all) != 1 || n != 2 || strings.Join(first, ", ") != "link (link), pipe (named pipe)" {
		t.Errorf("%d tables, %d passed over: %v", len(all), n, first)
	}
}

// An xz file that is cut, between its blocks too, is cut short and not at its
// end; padding and a second stream are none the worse for it.
func TestCutXZ(t *testing.T) {
	var out bytes.Buffer
	w, err := xz.WriterConfig{BlockSize: 1 << 11, DictCap: 1 << 12}.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(people(1<<13, ""))
	w.Close()
	read := func(data []byte) error {
		z, _, err := decompressor("xz", bytes.NewReader(data))
		if err == nil {
			_, err = io.Copy(io.Discard, z)
		}
		return err
	}
	padded := append(append(bytes.Clone(out.Bytes()), make([]byte, 8)...), out.Bytes()...)
	if err := errors.Join(read(out.Bytes()), read(padded)); err != nil {
		t.Error(err)
	}
	for n := 12; n < out.Len(); n += 4 { // blocks end at multiples of four
		if read(out.Bytes()[:n]) == nil {
			t.Errorf("%d of %d bytes are read as the whole", n, out.Len())
		}
	}
}
