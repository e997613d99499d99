package canary

// Learner reads a table once, in bounded memory.
type Learner struct{ p *Profile }

// NewLearner starts on a table with those columns.
func NewLearner(cols []Column, locale string) *Learner {
	return &Learner{p: &Profile{Columns: cols, Locale: locale}}
}

// Add learns one row: cells in the order of the columns, as written. It keeps
// none of the strings given.
func (l *Learner) Add(cells []string) {}

// Profile returns what was learned so far.
func (l *Learner) Profile() *Profile { return l.p }
