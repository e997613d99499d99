package message

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/wlynxg/chardet"
	"github.com/wlynxg/chardet/consts"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"

	"telltale/internal/budget"
)

// TestDetect: detectors that have read other texts say what a new one says.
func TestDetect(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 1000 {
		raw := legacyText(t, r)
		want := chardet.Detect(detectSample(raw))
		if want.Encoding == consts.CP932 {
			want.Encoding = "shift_jis"
		}
		if want.Confidence <= 0.5 {
			want.Encoding = ""
		}
		if got := detect(raw); !strings.EqualFold(got, want.Encoding) {
			t.Errorf("%q is taken for %q, want %q", raw, got, want.Encoding)
		}
	}
}

// legacyText is text in some encoding, cut anywhere, or bytes without order.
func legacyText(t *testing.T, r *rand.Rand) []byte {
	t.Helper()
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	if r.IntN(3) == 0 {
		raw := make([]byte, r.IntN(300))
		for i := range raw {
			raw[i] = byte(r.IntN(256)) & byte(0x7f|r.IntN(2)<<7)
		}
		return raw
	}
	e, err := htmlindex.Get(pick([]string{"gb18030", "big5", "shift_jis", "euc-kr", "euc-jp", "windows-1252", "windows-1251", "koi8-r", "iso-8859-7",
		"windows-1255", "windows-874", "windows-1254", "utf-8", "utf-16le"}))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	words := []string{"hello ", "王小明", "предложение ", "日本語テキスト", "こんにちは、", "①髙﨑", "한국어", "αβγδε ", "שלום ", "สวัสดี", "çöğü ", "Grüße "}
	first := pick(words)
	for range 1 + r.IntN(60) {
		text.WriteString(first)
		if r.IntN(4) == 0 {
			text.WriteString(pick(words))
		}
	}
	raw, err := encoding.ReplaceUnsupported(e.NewEncoder()).Bytes([]byte(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	return raw[:len(raw)-r.IntN(3)]
}

// TestManyLegacyHeaders: each header in an unknown encoding took the making of
// a detector, 13 s for 1 MB.
func TestManyLegacyHeaders(t *testing.T) {
	raw := []byte("To: b@example.org\n" + strings.Repeat("X: bat\x8fransf}r-Enc\n", 10_000) + "\nhi\n")
	budget.Check(t, len(raw), func() { readMail("input", raw) })
}
