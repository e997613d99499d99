package table

import (
	"bufio"
	"io"
	"strings"
)

type tokenKind int

const (
	endToken tokenKind = iota
	word
	quotedName
	stringToken
	punct
)

type token struct {
	kind   tokenKind
	text   string
	broken bool // a string that is not closed
}

// is reports whether the token is one of the words, which are in lower case.
func (t token) is(words ...string) bool {
	if t.kind != word {
		return false
	}
	for _, w := range words {
		if strings.EqualFold(t.text, w) {
			return true
		}
	}
	return false
}

// tokens cuts an SQL dump into tokens. It holds one token at a time.
type tokens struct {
	r         *bufio.Reader
	line      int64
	max       int
	backslash bool // in plain strings a backslash escapes, as MySQL has it
	back      []token
	err       error
	buf       []byte
}

func (t *tokens) unread(tok token) { t.back = append(t.back, tok) }

// end returns io.EOF or what ended the input before.
func (t *tokens) end() error {
	if t.err == nil {
		return io.EOF
	}
	return t.err
}

func (t *tokens) byte() (byte, bool) {
	c, err := t.r.ReadByte()
	if err != nil {
		t.err = err
		return 0, false
	}
	if c == '\n' {
		t.line++
	}
	return c, true
}

func (t *tokens) peek() byte {
	b, err := t.r.Peek(1)
	if err != nil {
		return 0
	}
	return b[0]
}

func (t *tokens) next() token {
	if n := len(t.back); n > 0 {
		tok := t.back[n-1]
		t.back = t.back[:n-1]
		return tok
	}
	for {
		c, ok := t.byte()
		switch {
		case !ok:
			return token{}
		case c <= ' ' || c == 0xEF && t.peek() == 0xBB:
			continue
		case c == '-' && t.peek() == '-' || c == '#':
			t.restOfLine()
			continue
		case c == '/' && t.peek() == '*':
			t.comment()
			continue
		}
		return t.token(c)
	}
}

func (t *tokens) token(c byte) token {
	switch {
	case c == '\'':
		return t.str(t.backslash)
	case c == '"' || c == '`':
		return t.quotedName(c)
	case c == '[':
		return t.quotedName(']')
	case (c == 'N' || c == 'n' || c == 'B' || c == 'b' || c == 'X' || c == 'x') && t.peek() == '\'':
		t.byte()
		return t.str(t.backslash)
	case (c == 'E' || c == 'e') && t.peek() == '\'':
		t.byte()
		return t.str(true)
	case c == '.' && !isDigits([]byte{t.peek()}):
		return token{kind: punct, text: "."}
	case isWord(c):
		return t.word(c)
	}
	return token{kind: punct, text: string(rune(c))}
}

func isWord(c byte) bool {
	return isAlnum(c) || c == '_' || c == '.' || c == '$' || c == '@' || c >= 0x80 || c == '-' || c == '+'
}

func (t *tokens) word(c byte) token {
	t.buf = append(t.buf[:0], c)
	for c := t.peek(); isWord(c) && len(t.buf) < 1<<16; c = t.peek() {
		if c == '.' && !isDigits(t.buf) {
			break
		}
		t.byte()
		t.buf = append(t.buf, c)
	}
	return token{kind: word, text: string(t.buf)}
}

// isDigits reports whether b begins like a number.
func isDigits(b []byte) bool {
	for _, c := range b {
		if (c < '0' || c > '9') && c != '-' && c != '+' && c != '.' {
			return false
		}
	}
	return true
}

// quotedName reads a name up to its closing quote, which may be doubled.
func (t *tokens) quotedName(quote byte) token {
	t.buf = t.buf[:0]
	for len(t.buf) < 1<<16 {
		c, ok := t.byte()
		if !ok {
			break
		}
		if c == quote {
			if t.peek() != quote {
				break
			}
			t.byte()
		}
		t.buf = append(t.buf, c)
	}
	return token{kind: quotedName, text: string(t.buf)}
}

// str reads a string up to its closing quote. One that grows too long is
// broken off.
func (t *tokens) str(backslash bool) token {
	t.buf = t.buf[:0]
	for {
		c, ok := t.byte()
		if !ok || len(t.buf) > maxQuoted*4 {
			return token{kind: stringToken, text: string(t.buf[:min(len(t.buf), 1<<16)]), broken: true}
		}
		switch {
		case c == '\'':
			if t.peek() != '\'' {
				return token{kind: stringToken, text: string(t.buf)}
			}
			t.byte()
		case c == '\\' && backslash:
			if c, ok = t.byte(); !ok {
				continue
			}
			if k := strings.IndexByte("0bnrtZ", c); k >= 0 {
				c = "\x00\b\n\r\t\x1a"[k]
			}
		}
		t.buf = append(t.buf, c)
	}
}

// comment passes over a comment whose slash was read. What MySQL runs by
// version (/*!40101 ... */) is a comment too.
func (t *tokens) comment() {
	t.byte()
	for star := false; ; {
		c, ok := t.byte()
		if !ok || star && c == '/' {
			return
		}
		star = c == '*'
	}
}

func (t *tokens) restOfLine() {
	for {
		if c, ok := t.byte(); !ok || c == '\n' {
			return
		}
	}
}

// readLine reads a line without its end; whole is false if it was too long.
func (t *tokens) readLine() (line string, whole, ok bool) {
	t.buf, whole = t.buf[:0], true
	for {
		c, more := t.byte()
		if !more && len(t.buf) == 0 {
			return "", true, false
		}
		if !more || c == '\n' {
			return strings.TrimSuffix(string(t.buf), "\r"), whole, true
		}
		if len(t.buf) < t.max {
			t.buf = append(t.buf, c)
		} else {
			whole = false
		}
	}
}

// skipStatement passes over tokens to the end of the statement.
func (t *tokens) skipStatement(tok token) {
	for tok.kind != punct || tok.text != ";" {
		if tok = t.next(); tok.kind == endToken || tok.is("go") || tok.is("insert") {
			if tok.kind != endToken {
				t.unread(tok)
			}
			return
		}
	}
}

// name reads a name that may have a schema before it, and the token behind.
func (t *tokens) name(tok token) (string, token) {
	name := tok.text
	for {
		tok = t.next()
		if tok.kind != word && tok.kind != punct || tok.text != "." {
			return name, tok
		}
		name = t.next().text
	}
}

// nameList reads names up to the closing bracket, and the token behind it.
func (t *tokens) nameList() ([]string, token) {
	names := []string{}
	for {
		tok := t.next()
		switch {
		case tok.kind == endToken || tok.kind == punct && tok.text == ")":
			return names, t.next()
		case tok.kind == word || tok.kind == quotedName:
			if len(names) < maxCells>>4 {
				names = append(names, tok.text)
			}
		}
	}
}
