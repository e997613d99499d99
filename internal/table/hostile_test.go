package table

import (
	"strings"
	"testing"
)

// traps are pieces that cost a naive reader the square of their number, with
// what stands before and behind them.
var traps = []struct{ name, before, piece, behind string }{
	{"a line of quotes", "a,b\n", `"`, "\n1,2\n"},
	{"quotes that open", "a,b\n", "\"x,", "\n1,2\n"},
	{"lines that open a quote", "a,b\n", "\"x,y\n", ""},
	{"quotes in quotes", "a,b\n", "\"a \"b\" c\",x\n", ""},
	{"escaped quotes", "a,b\n", `"a\"b","c",`, "\n1,2\n"},
	{"backslashes", "a,b\n\"", `\`, "\n1,2\n"},
	{"one cell a line", "", "x\n", ""},
	{"empty lines", "a,b\n1,2\n", "\n", "3,4\n"},
	{"carriage returns", "a,b\n1,2\n", "\r", "3,4\n"},
	{"delimiters", "a,b\n1,2\n", ",", "\n3,4\n"},
	{"many delimiters", "", ",;\t|:^~ ", "\n"},
	{"columns", "", "name,", "\n1,2\n"},
	{"the same name", "", "a,", "\n"},
	{"numbers in a line", "", "1,", "\n"},
	{"ragged lines", "a,b\n", "1\n1,2,3\n", ""},
	{"no line end", "", "ab,cd;ef ", ""},
	{"letters", "", "a", ""},
	{"bad bytes", "a,b\n", "\xff,\xfe\n", ""},
	{"NUL bytes", "a,b\n", "1\x00,2\n1,2\n1,2\n", ""},
	{"high bytes", "", "\xc4\xe3\xba\xc3,", "\n"},
	{"half characters", "", "\xe4\xbd", "\n"},
	{"UTF-16", "\xff\xfe", "a\x00,\x00b\x00\n\x00", ""},
	{"UTF-16 in one line", "\xff\xfe", "a\x00", ""},
	{"objects", "", "{\"a\":1}\n", ""},
	{"objects that are not closed", "", "{\"a\":1,\n", ""},
	{"objects in one line", "", `{"a":1}`, "\n"},
	{"keys", "{", `"a":1,`, "\"b\":2}\n"},
	{"nested objects", "", `{"a":`, "\n"},
	{"nested lists", `{"a":`, "[", "}\n"},
	{"an object in lines", "{\n", "\"a\":1,\n", "\"b\":2}\n"},
	{"an object without end", "[{\"a\":1},\n{\n", "{},\n", ""},
	{"strings that are not closed", "[{\"a\":1},\n", "{\"a\n", ""},
	{"array of open brackets", "[{\"a\":1}", "[", ""},
	{"escapes", `{"a":"`, `\u00e4\\`, "\"}\n"},
	{"a row of VALUES", "INSERT INTO t VALUES (", "1,", "1);\n"},
	{"an expression", "INSERT INTO t VALUES (", "1 + ", "1);\n"},
	{"words in a value", "INSERT INTO t VALUES (", "a ", ");\n"},
	{"brackets", "INSERT INTO t VALUES (", "(", ");\n"},
	{"rows", "INSERT INTO t VALUES (1)", ",(1)", ";\n"},
	{"statements", "", "INSERT INTO t VALUES (1);\n", ""},
	{"tables by turns", "", "INSERT INTO t VALUES (1);INSERT INTO u VALUES (1,2);\n", ""},
	{"quotes of SQL", "INSERT INTO t VALUES ('", "''", "');\n"},
	{"strings in a value", "INSERT INTO t VALUES (", "'a' ", ");\n"},
	{"concatenated strings", "INSERT INTO t VALUES (", "'a' || ", "'b');\n"},
	{"comments of SQL", "INSERT INTO t VALUES (1);\n", "/*", ""},
	{"names of SQL", "INSERT INTO t VALUES (1);\nCREATE TABLE u (", "a int,", "b int);\n"},
	{"names with dots", "INSERT INTO ", "a.", "b VALUES (1);\n"},
	{"created tables", "INSERT INTO t VALUES (1);\n", "CREATE TABLE t (a int);\n", ""},
	{"COPY", "COPY t (a) FROM stdin;\n", "1\t", "\n\\.\n"},
	{"COPY without end", "COPY t (a) FROM stdin;\n", "1\n", ""},
	{"column names of INSERT", "INSERT INTO t (", "a,", "b) VALUES (1);\n"},
	{"rows without brackets", "INSERT INTO t VALUES (1)", ",", ";\n"},
	{"addresses", "", "a@example.org\n", ""},
	{"base64", "", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5eg\n", ""},
	{"local headers of zip", "", "PK\x03\x04", ""},
	{"gzip members", "", string(gzipped([]byte("a,b\n"))), ""},
	{"bidi", "a,b\n", "\u202ex,y\n", ""},
}

// trapSize shows a square: copying a third of a megabyte byte by byte takes
// seconds. With -monsters it is a megabyte.
func trapSize() int {
	if *monsters {
		return 1_000_000
	}
	return 300_000
}

// TestTraps: each costs no more than its length may.
func TestTraps(t *testing.T) {
	for _, c := range traps {
		t.Run(c.name, func(t *testing.T) {
			data := []byte(c.before + strings.Repeat(c.piece, trapSize()/len(c.piece)) + c.behind)
			checkDrain(t, data, Options{})
		})
	}
}
