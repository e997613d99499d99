package identity

// Guess is one reading of a column.
type Guess struct {
	Kind       Kind
	Share      float64 // of the non-empty cells that parse as Kind, 0..1
	Unique     float64 // distinct canonical values / non-empty cells, 0..1
	FromHeader bool    // the header's words speak for Kind
}

// Classify says what a column holds, best guess first. It never returns an
// empty list: Text is the last resort. sample may contain empty cells.
func Classify(header string, sample []string, locale string) []Guess {
	return []Guess{{Kind: Text, Share: 1}}
}

// ColumnLocale refines locale by what the values of one column show: the order
// of day and month, the decimal sign. Pass the result to Canonical for that column.
func ColumnLocale(k Kind, sample []string, locale string) string { return locale }

// GuessLocale guesses the locale of a table from samples of its columns:
// zh-CN, zh-TW, ja-JP, en-GB, en-US, en-AU, de-DE, or "" when nothing speaks.
func GuessLocale(columns [][]string) string { return "" }

// Column is what SuggestRoles looks at. Sample cells of different columns with
// one index belong to one row.
type Column struct {
	Header  string
	Sample  []string
	Guesses []Guess // nil: Classify is asked
}

// Roles are column indices, ascending.
type Roles struct {
	Key      []int // together unique and never empty in the sample; empty when nothing is
	Identity []int
}

// SuggestRoles chooses key and identity columns.
func SuggestRoles(columns []Column, locale string) Roles { return Roles{} }
