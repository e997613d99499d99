package cli

import (
	"strings"
	"testing"
)

func TestWrap(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"short", "short"},
		{"", ""},
		{"one two three four five", "one two three\nfour five"},
		{"tag  the marks of it", "tag  the marks\n     of it"},
		{"averylonglabel  a word", "averylonglabel \na word"},
		{"  └─ a longer line of a tree", "  └─ a longer\n     line of a\n     tree"},
		{"\x1b[1mattributed\x1b[0m: the copy", "\x1b[1mattributed\x1b[0m: the\ncopy"},
		{"averylongwordwithoutaplacetobreak x", "averylongwordwithoutaplacetobreak\nx"},
		{"张伟的手机号码 和地址", "张伟的手机号码\n和地址"},
	} {
		if got := wrap(c.in, 15); got != c.want {
			t.Errorf("wrap(%q) = %q, want %q", c.in, got, c.want)
		}
		if lost := strings.Join(strings.Fields(wrap(c.in, 15)), " "); lost != strings.Join(strings.Fields(c.in), " ") {
			t.Errorf("wrap(%q) changes the words: %q", c.in, lost)
		}
	}
}
