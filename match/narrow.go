package match

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"telltale/internal/stat"
)

// Step is one step by which the list of candidates shrinks.
type Step struct {
	Step       string      `json:"step"`
	Candidates int         `json:"candidates"` // left after it
	Excluded   []Exclusion `json:"excluded"`
}

// Exclusion says why a recipient is no longer on the list. It is no acquittal:
// the list is of those on whom the evidence leaves weight.
type Exclusion struct {
	Recipient string `json:"recipient"`
	Reason    string `json:"reason"`
}

// Needs is what would decide.
type Needs struct {
	Log10Missing float64 `json:"log10_missing"` // from the best candidate to the bound
	Persons      int     `json:"persons"`       // more persons who complain, as telling as those so far; 0: complaints alone would not decide
	Cells        int     `json:"cells"`         // more marked values, quoted
	Canaries     int     `json:"canaries"`      // messages to canaries of one copy; 0: nobody's copy has any
}

// against is the evidence, in orders of magnitude, from which on a candidate
// leaves the list.
const against = 1

// narrow lists how few candidates are left after each kind of fact.
func (d *tracing) narrow() {
	left := d.everybody()
	d.step("recipients of the datasets that were looked at", &left, func(string) string { return "" })
	if len(d.concerned) == 0 {
		return
	}
	if len(d.suspects) == 0 {
		d.step("copies issued before the last message", &left, d.tooLate)
		return
	}
	d.step("copies issued before the last message", &left, d.tooLate)
	d.step("copies of the datasets in which something was found", &left, d.notConcerned)
	d.step("copies that were to hold rows of the people who complain", &left, d.heldNothing)
	d.step("rows left out, marks and canaries", &left, d.spokenAgainst)
	if slices.ContainsFunc(d.suspects, func(p Suspect) bool { return p.Accused }) {
		d.step("the bound on wrong accusations", &left, d.belowBound)
		return
	}
	d.step("95 % of the weight", &left, d.notListed)
	d.needs()
}

func (d *tracing) everybody() (names []string) {
	for _, s := range d.t.sources {
		names = append(names, s.names...)
	}
	return sortedSet(names)
}

func (d *tracing) step(name string, left *[]string, reason func(string) string) {
	s := Step{Step: name, Excluded: []Exclusion{}}
	*left = slices.DeleteFunc(*left, func(who string) bool {
		why := reason(who)
		if why != "" {
			s.Excluded = append(s.Excluded, Exclusion{who, why})
		}
		return why != ""
	})
	s.Candidates = len(*left)
	d.result.Steps = append(d.result.Steps, s)
}

func (d *tracing) tooLate(who string) string {
	var first time.Time
	for _, s := range d.t.sources {
		for _, x := range s.d.exports {
			if x.Recipient != who {
				continue
			}
			if d.inTime(x) {
				return ""
			}
			if first.IsZero() || x.IssuedAt.Before(first) {
				first = x.IssuedAt
			}
		}
	}
	return fmt.Sprintf("its first copy was issued on %s, the last message came on %s", first.UTC().Format(time.DateOnly), d.latest.UTC().Format(time.DateOnly))
}

func (d *tracing) notConcerned(who string) string {
	if slices.ContainsFunc(d.candidates, func(c Candidate) bool { return c.Recipient == who }) {
		return ""
	}
	return "it received no copy of " + strings.Join(d.concerned, ", ")
}

// heldNothing excludes those who were to hold none of the rows, unless one of
// their canaries was hit, if only by a contact that others had too.
func (d *tracing) heldNothing(who string) string {
	if d.retiredOf(who) > 0 {
		return "" // its rows are not known any more
	}
	if slices.ContainsFunc(d.result.Reused, func(r Reused) bool { return d.holds(r, who) }) {
		return ""
	}
	persons, held := 0, 0
	for k, s := range d.t.sources {
		n, ok := s.number[who]
		part := d.t.ledgers[0].parts[k]
		if !ok || part.rows == nil {
			continue
		}
		persons += part.persons
		held += part.held[n]
		if part.weigh(s, n, floors{})[0].N > 0 {
			return ""
		}
	}
	if persons == 0 || held > 0 {
		return ""
	}
	return fmt.Sprintf("none of the %s who complain was in a copy that it had by then", personCount(persons))
}

func personCount(n int) string {
	if n == 1 {
		return "one person"
	}
	return fmt.Sprintf("%d persons", n)
}

func (d *tracing) suspect(who string) *Suspect {
	i := slices.IndexFunc(d.suspects, func(p Suspect) bool { return p.Recipient == who })
	if i < 0 {
		return nil
	}
	return &d.suspects[i]
}

// spokenAgainst excludes those whom the evidence speaks against by a factor of
// ten, or by as much compared with the best.
func (d *tracing) spokenAgainst(who string) string {
	p, best := d.suspect(who), d.suspects[0]
	if p == nil || p.Log10LR > -against && (p.Log10LR > best.Log10LR-against || p.RetiredCopies > 0) {
		return ""
	}
	if why := d.leftOutOf(p); why != "" {
		return why
	}
	for _, e := range p.Evidence {
		if e.Source == SourceCells && e.Log10LR <= -1 {
			return fmt.Sprintf("the %d marks read from quoted values do not fit its copy (log10 %.1f)", e.N, e.Log10LR)
		}
	}
	return fmt.Sprintf("the evidence on it (log10 %.1f) is a tenth or less of that on %s (log10 %.1f)", p.Log10LR, best.Recipient, best.Log10LR)
}

func (d *tracing) leftOutOf(p *Suspect) string {
	missing, n, weight := 0, 0, 0.0
	for k, s := range d.t.sources {
		who, ok := s.number[p.Recipient]
		if part := d.t.ledgers[0].parts[k]; ok && part.rows != nil {
			for _, c := range part.withheld[who] {
				missing, n = missing+c.Missing, n+c.Missing+c.Present
			}
			weight += withheldWeight(part.withheld[who]).LogE
		}
	}
	if missing == 0 || weight > 0 {
		return ""
	}
	return fmt.Sprintf("%d of the %s who complain were left out of its copy", missing, personCount(n))
}

func (d *tracing) belowBound(who string) string {
	if p := d.suspect(who); p == nil || !p.Accused {
		return fmt.Sprintf("log10 %.1f, and an accusation takes %.1f", p.Log10LR, stat.Log10(d.limit()))
	}
	return ""
}

func (d *tracing) notListed(who string) string {
	p := d.suspect(who)
	if p == nil || p.Shortlisted || !slices.ContainsFunc(d.suspects, func(p Suspect) bool { return p.Shortlisted }) {
		return ""
	}
	return fmt.Sprintf("log10 %.1f: it is among those that hold 5 %% of the weight together", p.Log10LR)
}

// needs says how much more would decide. What a person adds is taken from the
// best candidate's copy: the rate at which rows were left out of it, and the
// marked values that persons quoted so far.
func (d *tracing) needs() {
	missing := d.limit() - max(0, d.suspects[0].LogE)
	n := &Needs{Log10Missing: stat.Log10(missing), Cells: int(math.Ceil(missing / (0.8 * math.Ln2)))}
	d.result.Needs = n
	persons, gain := 0, 0.0
	for k, s := range d.t.sources {
		who, ok := s.number[d.suspects[0].Recipient]
		part := d.t.ledgers[0].parts[k]
		if !ok || part.rows == nil {
			continue
		}
		persons += part.held[who]
		for _, c := range part.withheld[who] {
			gain -= float64(c.Present+c.Missing) * math.Log1p(-c.Rate)
		}
		gain += 0.8 * math.Ln2 * float64(part.reads[who])
	}
	for _, e := range d.suspects[0].Evidence {
		if e.Source == SourceAlias {
			gain += max(0, e.Log10LR*math.Ln10)
		}
	}
	for _, s := range d.t.sources {
		if slices.ContainsFunc(s.sets, func(c []canarySet) bool { return len(c) > 0 }) {
			n.Canaries = 1
		}
	}
	if persons > 0 && gain > 0 {
		n.Persons = int(math.Ceil(missing / (gain / float64(persons))))
	}
	d.missingComplaints(*n)
}
