package recognise

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"telltale/internal/identity"
)

// TestNoiseSpellsNoNames puts names in Latin letters among random bytes, encoded
// and as signs of base64, and asks for silence; among words and numbers it asks
// for the same names.
func TestNoiseSpellsNoNames(t *testing.T) {
	w := chinese(t, 60)
	x := w.index()
	r := rand.New(rand.NewPCG(9, 9))
	bytesOf := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return string(b)
	}
	signsOf := func(n int) string { return jsonless(r)[:n] }
	encoded := base64.StdEncoding.EncodeToString
	shown := 0
	for i, p := range w.planted {
		name := strings.Fields(pinyinForms(w.name(p.Canary.Cells))[0])
		spelt := name[0] + "+^\x16" + name[1]
		for _, noise := range []string{
			encoded([]byte(bytesOf(60) + spelt + bytesOf(60))),
			encoded([]byte(bytesOf(60) + name[0] + "-" + name[1] + bytesOf(12))),
			signsOf(50) + "+" + name[0] + "/" + name[1] + "/" + signsOf(40),
		} {
			if got := scan(t, x, []byte("token: "+noise+"\n")); got.has(i, identity.Name) {
				t.Errorf("%q in %q is taken for a name: %+v", name, noise, got.Sights)
			}
		}
		gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte("收件人：" + name[0] + " " + name[1] + "，电话：13800001234，地址：浙江省杭州市西湖区"))
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{
			encoded([]byte(fmt.Sprintf("12,%s-%s,13800001234\r\n", name[0], name[1]))),
			encoded([]byte("\x01" + name[0] + "\x01" + name[1] + "\x01Hangzhou\x01male\x01 1985-02-03\x01married\x01")),
			encoded(gb),
			"包裹 已经 送到 请 查收 谢 谢 客 户 请 查 收 件\n\xca\xd5\xbc\xfe\xa3\xba" + name[0] + " " + name[1] + "\xa1\xa3 .\n请 查 收 谢 谢 客 户 订 单 状 态",
			fmt.Sprintf("https://shop.example/order/%s/%s/2024/overview", name[0], name[1]),
			fmt.Sprintf("q=%s+%s&id=3fa85f64-5717-4562-b3fc-2c963f66afa6", name[0], name[1]),
		} {
			if got := scan(t, x, []byte("see "+text+" for it")); got.has(i, identity.Name) {
				shown++
			} else if w.tells(chineseSpellings()[2], p.Canary) {
				t.Errorf("%q in %q is not found", name, text)
			}
		}
	}
	t.Logf("%d of %d found among words", shown, 6*len(w.planted))
}

// TestPartsOfBase64 asks for no name that is the beginning of a longer one, where a
// sign of the second alphabet stands within that: it sets nothing apart.
func TestPartsOfBase64(t *testing.T) {
	w := chinese(t, 60)
	x := w.index()
	tried := 0
	for i, p := range w.planted {
		name := w.cell(p.Canary, "收件人")
		if len(name) != 6 || !w.tells(chineseSpellings()[0], p.Canary) {
			continue
		}
		tried++
		for text, want := range map[string]bool{"?>? " + name + "龙 ?>?": false, "?>? " + name + ", 龙 ?>?": true} {
			hidden := base64.RawURLEncoding.EncodeToString([]byte(text))
			if !strings.Contains(hidden[8:], "-") && !want {
				t.Fatalf("%q has no sign of the second alphabet", hidden)
			}
			if got := scan(t, x, []byte("to: "+hidden+" .\n")); got.has(i, identity.Name) != want {
				t.Errorf("%q: found %v, want %v: %+v", text, !want, want, got.Sights)
			}
		}
	}
	if tried < 5 {
		t.Errorf("only %d names of two characters", tried)
	}
}

// TestLongerNamesInUTF16 shows names of three characters that begin with one of
// two. Read in an older encoding first, the third is no character any more.
func TestLongerNamesInUTF16(t *testing.T) {
	w := chinese(t, 200)
	x := w.index()
	shown := 0
	for i, p := range w.planted {
		name := w.name(p.Canary.Cells)
		if utf8.RuneCountInString(name) != 2 {
			continue
		}
		for high := range 2 {
			text := "to: " + string(wideText("Name: "+name+"辉\r\n", high)) + " .\n"
			if got := scan(t, x, []byte(text)); got.has(i, identity.Name) {
				t.Errorf("%s is seen in %q: %v", name, text, got.Sights)
			}
			shown++
		}
	}
	if shown < 20 {
		t.Errorf("only %d names of two characters", shown)
	}
}

// TestLegible compares where noise has text with what its characters say, one
// after the other.
func TestLegible(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 5))
	pieces := []string{"a", "9", " ", "@", "中", "é", "\U00020000", "\xc2", "\xe4\xb8", "\xf0", "\x80", "\x00", "{", "\xff"}
	seen := [2]int{}
	for range 20000 {
		raw := ""
		for range r.IntN(24) {
			raw += pieces[min(r.IntN(len(pieces)), r.IntN(len(pieces)))]
		}
		want := slowlyLegible(raw)
		if got := legible([]byte(raw)); got != want {
			t.Fatalf("%q: %v, slowly %v", raw, got, want)
		}
		seen[one(want)]++
	}
	if min(seen[0], seen[1]) < 2000 {
		t.Errorf("%d texts were noise, %d legible", seen[0], seen[1])
	}
}

func slowlyLegible(raw string) bool {
	run := 0
	for i, c := range raw {
		switch n := utf8.RuneLen(c); {
		case c == utf8.RuneError && !strings.HasPrefix(raw[i:], "\uFFFD"), c < utf8.RuneSelf && textual[c] == 0:
			run = 0
		default:
			run += n
		}
		if run >= minLegible {
			return true
		}
	}
	return false
}
