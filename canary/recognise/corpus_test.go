package recognise

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"telltale/canary"
	"telltale/internal/identity"
	"telltale/internal/synthetic"
)

var (
	textBytes  = flag.Int64("text", 3_000_000, "bytes of text in TestAgainstGrep")
	canaryMany = flag.Int("canaries", 300, "canaries in TestAgainstGrep")
	leastSpeed = flag.Float64("least", 0, "TestAgainstGrep fails where the speed by the clock is less than this part of grep's")
)

// corpus writes text with decoys, and canaries in disguise among them.
type corpus struct {
	r         *rand.Rand
	w         *world
	pool      synthetic.Table // other people
	taken     map[string]bool // names of canaries, which decoys must not bear
	spellings []spelling
	inside    []container
}

func newCorpus(w *world, seed uint64) *corpus {
	c := &corpus{r: rand.New(rand.NewPCG(seed, 4)), w: w, taken: map[string]bool{}}
	if w.locale == "zh-CN" {
		c.pool, c.spellings, c.inside = synthetic.Waybills(20000, 99), chineseSpellings(), append(containers(), chineseContainers()...)
	} else {
		c.pool, c.spellings, c.inside = synthetic.Customers(20000, 99), englishSpellings(), containers()
	}
	for _, p := range w.planted {
		c.taken[w.name(p.Canary.Cells)] = true
		for _, id := range p.Canary.Identities {
			if id.Kind == identity.Address || id.Kind == identity.Serial || id.Kind == identity.Phone {
				c.taken[id.Value] = true
			}
		}
	}
	return c
}

// name is a row's full name, folded.
func (w *world) name(row []string) string {
	name := ""
	for i, col := range w.columns {
		if k := col.Kind; k == identity.Name || k == identity.GivenName || k == identity.FamilyName {
			name += " " + row[i]
		}
	}
	v, _ := identity.Canonical(identity.Name, name, w.locale)
	return v
}

var fillers = strings.Fields("the order was sent on Monday and arrived late because of the weather please call back when it suits you we have checked the account again GET POST 200 404 INFO WARN session user-agent token reference invoice payment overdue delivered returned 包裹 已经 送到 请 查收 谢谢 客户 订单 状态")

// person is another person's record, whose name no canary has.
func (c *corpus) person() []string {
	for {
		row := c.pool.Rows[c.r.IntN(len(c.pool.Rows))]
		address, _ := identity.Canonical(identity.Address, row[5], c.w.locale)
		phone, _ := identity.Canonical(identity.Phone, row[map[bool]int{true: 2, false: 4}[c.w.locale == "zh-CN"]], c.w.locale)
		if !c.taken[phone] && !c.taken[c.w.name(row)] && !c.taken[address] && !c.taken[row[0]] {
			return row
		}
	}
}

// nearMiss is a contact of a canary with one character changed, or with more
// around it: it is somebody else's.
func (c *corpus) nearMiss() string {
	p := c.w.planted[c.r.IntN(len(c.w.planted))].Canary
	mail := []byte(c.w.cell(p, "email"))
	phone := []byte(strings.ReplaceAll(c.w.cell(p, "phone")+c.w.cell(p, "电话"), " ", ""))
	switch n := c.r.IntN(6); {
	case n < 2 && len(mail) > 0:
		i := c.r.IntN(bytes.IndexByte(mail, '@'))
		mail[i] = map[bool]byte{true: 'q', false: 'x'}[mail[i] == 'x']
		return string(mail)
	case n == 2 && len(mail) > 0:
		return "x" + string(mail)
	case n == 3:
		return string(phone) + fmt.Sprint(c.r.IntN(10)) // one digit too many
	case n == 4:
		return fmt.Sprint(1+c.r.IntN(9), c.r.IntN(10), c.r.IntN(10)) + string(phone)[:0] + strings.Repeat("9", 1+c.r.IntN(3)) + string(phone)
	}
	i := len(phone) - 1 - c.r.IntN(6)
	phone[i] = 'x' // masked
	return string(phone)
}

func (c *corpus) line() string {
	switch n := c.r.IntN(20); {
	case n < 9:
		var b strings.Builder
		for range 6 + c.r.IntN(14) {
			b.WriteString(fillers[c.r.IntN(len(fillers))] + " ")
		}
		return b.String()
	case n < 13:
		return strings.Join(c.person(), ",")
	case n < 15:
		row := c.person()
		return fmt.Sprintf(`{"name":"%s","mail":"%s","tel":"%s","id":%d}`, c.w.name(row), row[3], row[4], c.r.IntN(1e9))
	case n < 16:
		return fmt.Sprintf("<tr><td class=\"n\">%s</td><td>&#43;44 7%09d</td><td>%d%%</td></tr>", c.w.name(c.person()), c.r.IntN(7e8), c.r.IntN(100)) // canaries have 77
	case n < 17:
		return hashed(c.r, fmt.Sprint(c.r.Uint64())) + " " + hashed(c.r, fmt.Sprint(c.r.Uint64()))
	case n < 18:
		return string(mimeLines(jsonless(c.r)))
	}
	return "contact: " + c.nearMiss() + ";"
}

// jsonless is base64 of noise.
func jsonless(r *rand.Rand) string {
	b := make([]byte, 150)
	for i := range b {
		b[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[r.IntN(64)]
	}
	return string(b)
}

// write writes n bytes and plants every second canary once, in a random
// spelling and container, at even distances.
func (c *corpus) write(out io.Writer, n int64) (planted []shown, err error) {
	every := n / int64(max(1, len(c.w.planted)/2))
	var at, next int64
	var b bytes.Buffer
	for k := 0; at < n; at += int64(b.Len()) {
		b.Reset()
		for b.Len() < 4096 {
			if i := 2 * k; at+int64(b.Len()) >= next && i < len(c.w.planted) {
				s, box := c.spellings[c.r.IntN(len(c.spellings))], c.inside[c.r.IntN(len(c.inside))]
				for !c.w.tells(s, c.w.planted[i].Canary) {
					s = c.spellings[c.r.IntN(len(c.spellings))]
				}
				hidden := box.hide(c.r, s.spell(c.r, c.w, c.w.planted[i].Canary))
				b.WriteString("to: ")
				b.Write(hidden)
				b.WriteString(" .\n")
				planted = append(planted, shown{i, s.kind, s.name + " in " + box.name, hidden})
				k++
				next += every
				continue
			}
			b.WriteString(c.line() + "\n")
		}
		if _, err := out.Write(b.Bytes()); err != nil {
			return nil, err
		}
	}
	return planted, nil
}

// patterns are what one would grep for.
func (w *world) patterns() []byte {
	var b bytes.Buffer
	for _, p := range w.planted {
		for _, id := range p.Canary.Identities {
			switch id.Kind {
			case identity.Email, identity.Phone, identity.Address:
				fmt.Fprintln(&b, p.Canary.Cells[id.Columns[0]])
			}
		}
		fmt.Fprintln(&b, strings.TrimSpace(w.cell(p.Canary, "first_name")+" "+w.cell(p.Canary, "last_name")+w.cell(p.Canary, "收件人")))
	}
	return b.Bytes()
}

// TestAgainstGrep hides canaries in text with decoys, asks for all of them and
// for no other, and times grep -F -f over their plain spellings beside it. The
// ratios by the clock and by the time of all processors are printed, and judged
// only with -least. For the full size, on idle cores:
//
//	go test ./canary/recognise -run AgainstGrep -canaries 10000 -text 1000000000 -least 0.5 -v -timeout 60m
func TestAgainstGrep(t *testing.T) {
	t.Run("en-GB", func(t *testing.T) { againstGrep(t, english(t, *canaryMany), *textBytes) })
	t.Run("zh-CN", func(t *testing.T) { againstGrep(t, chinese(t, *canaryMany), *textBytes) })
}

func againstGrep(t *testing.T, w *world, n int64) {
	path := filepath.Join(t.TempDir(), "text")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	planted, err := newCorpus(w, 12).write(f, n)
	if err != nil {
		t.Fatal(err)
	}
	x := w.index()
	f.Seek(0, io.SeekStart)
	begun, spent := time.Now(), processorTime(t)
	report, err := x.Scan(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	ours := cost{time.Since(begun), processorTime(t) - spent}
	checkAgainst(t, w, planted, report)
	t.Logf("%d canaries, %d planted, %d bytes: %v; skipped %d", len(w.planted), len(planted), report.Bytes, ours, report.Skipped)
	timeGrep(t, w, path, ours)
}

// likenesses are what texts may show of an identity: others of a canary with
// one of them are seen too. Li Xi'an and Li Xian are both "li xian" in pinyin.
func (w *world) likenesses(id canary.Identity) []string {
	name, _, _ := strings.Cut(id.Value, canary.Separator) // of a canary that is known by name and city
	out := []string{id.Value, name}
	if id.Kind == identity.Name && w.locale == "zh-CN" {
		for _, form := range pinyinForms(name) {
			words := strings.Fields(form)
			slices.Sort(words)
			out = append(out, strings.Join(words, " "))
		}
	}
	return out
}

func checkAgainst(t *testing.T, w *world, planted []shown, report *Report) {
	t.Helper()
	where := map[int]bool{}
	same := map[string]bool{} // identities of planted canaries, which others may have too
	missed := 0
	for _, s := range planted {
		where[s.planted] = true
		for _, id := range w.planted[s.planted].Canary.Identities {
			for _, form := range w.likenesses(id) {
				same[form] = true
			}
		}
		if !report.has(s.planted, s.kind) {
			if missed++; missed < 20 {
				t.Errorf("not found: canary %d, %s: %q", s.planted, s.what, s.bytes)
			}
		}
	}
	besides := 0
	for _, s := range report.Sights {
		id := w.planted[s.Planted].Canary.Identities[s.Matched[0]]
		if !where[s.Planted] && !slices.ContainsFunc(w.likenesses(id), func(form string) bool { return same[form] }) {
			if besides++; besides < 20 {
				t.Errorf("found, but not planted: %+v", s)
			}
		}
	}
	t.Logf("%d of %d found, %d besides", len(planted)-missed, len(planted), besides)
}

// cost is what a search took: by the clock, and of all processors together.
type cost struct{ wall, processor time.Duration }

func (c cost) String() string {
	return fmt.Sprintf("%.2f s, %.2f s of processors", c.wall.Seconds(), c.processor.Seconds())
}

func processorTime(t testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func timeGrep(t *testing.T, w *world, path string, ours cost) {
	grep, err := exec.LookPath("grep")
	if err != nil {
		t.Log("no grep to compare with")
		return
	}
	list := filepath.Join(t.TempDir(), "patterns")
	if err := os.WriteFile(list, w.patterns(), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(grep, "-c", "-F", "-f", list, path)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	begun := time.Now()
	out, err := cmd.Output()
	if err != nil && len(out) == 0 {
		t.Fatalf("grep: %v", err)
	}
	theirs := cost{time.Since(begun), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	speed := theirs.wall.Seconds() / ours.wall.Seconds()
	t.Logf("grep -c -F -f: %v, %s lines; ours is %.2f times as fast by the clock, %.2f by processors",
		theirs, bytes.TrimSpace(out), speed, theirs.processor.Seconds()/ours.processor.Seconds())
	if speed < *leastSpeed {
		t.Errorf("%.2f times as fast as grep by the clock, where %.2f is asked for", speed, *leastSpeed)
	}
}

// BenchmarkScan searches the first -text bytes of a gigabyte with -canaries
// canaries on one processor, and reports the least time a byte of all rounds.
func BenchmarkScan(b *testing.B) {
	for _, w := range []*world{english(b, *canaryMany), chinese(b, *canaryMany)} {
		text := &head{left: int(*textBytes)}
		if _, err := newCorpus(w, 12).write(text, 1e9); !errors.Is(err, io.ErrShortWrite) {
			b.Fatal(err)
		}
		x := w.index()
		x.o.Workers = 1
		b.Run(w.locale, func(b *testing.B) {
			least := time.Duration(math.MaxInt64)
			for b.Loop() {
				spent := processorTime(b)
				scan(b, x, text.Bytes())
				least = min(least, processorTime(b)-spent)
			}
			b.ReportMetric(float64(least)/float64(text.Len()), "ns/byte")
		})
	}
}

// head keeps the beginning of what is written.
type head struct {
	bytes.Buffer
	left int
}

func (h *head) Write(p []byte) (int, error) {
	if h.left -= len(p); h.left < 0 {
		return 0, io.ErrShortWrite
	}
	return h.Buffer.Write(p)
}
