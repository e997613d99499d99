package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"telltale/match"
)

// Statement is a decision in plain language, for people who have to act on it
// and do not know the method.
type Statement struct {
	Answer  []string // what was found, first of all
	Certain []string // what it rests on
	HowSure []string
	Else    []string // other explanations, that have to be ruled out by other means
	Next    []string // what would help
}

// Say puts a decision into words.
func Say(r match.Result) Statement {
	s := Statement{Certain: certain(r)}
	names := accused(r)
	if r.Verdict == match.Incomplete {
		s.Answer = append(s.Answer, "Part of what was given could not be read. Do not take this result as clean.")
		s.Next = append(s.Next, "Get the inputs that could not be read again, or give what can be saved of them.")
	}
	for _, x := range r.Suspects {
		if x.Accused {
			s.Answer = append(s.Answer, fmt.Sprintf("The copy issued to %s is a source of what was found.", x.Recipient))
			s.HowSure = append(s.HowSure, fmt.Sprintf("If no copy of %s were a source, evidence as strong as this would come up in at most %s such investigations among %s candidates.",
				x.Recipient, oneIn(x.FalseAccusationBound), count(int64(r.Candidates))))
		}
	}
	switch {
	case len(names) > 0:
		s.sayAccused(r, names)
	case len(shortlisted(r)) > 0:
		s.sayShortlist(r)
	case r.RowsLinked > 0 || r.CanaryHits > 0 || len(r.Reused) > 0:
		s.Answer = append(s.Answer, "What was found is ours. Nothing says whose copy it comes from.")
		s.HowSure = append(s.HowSure, "The rows may come from any copy, from the original, or from copies that were mixed or altered.")
	case r.Verdict == match.None:
		s.Answer = append(s.Answer, "Nothing of ours was recognised.")
		s.HowSure = append(s.HowSure, "This is no proof that nothing leaked: what was altered beyond recognition, or was never marked, is not recognised.")
	}
	s.sayNeeds(r)
	return s
}

func (s *Statement) sayAccused(r match.Result, names []string) {
	who := strings.Join(names, " or ")
	s.HowSure = append(s.HowSure, fmt.Sprintf("The limit that was set before is %s: the chance that anybody at all is named wrongly stays below it.", oneIn(r.Alpha)))
	s.Else = []string{
		fmt.Sprintf("The copy was stolen from %s, or was read by somebody who broke in there.", who),
		fmt.Sprintf("An account of %s was used by somebody else.", who),
		"The issuer itself leaked the copy, which it can make at any time.",
		"Somebody who held the copy planted what was found.",
	}
	s.Next = append(s.Next, fmt.Sprintf("A mark names a copy, never a person. Who at %s could reach the copy, and who passed it on, has to be found out by other means.", who))
}

func (s *Statement) sayShortlist(r match.Result) {
	s.Answer = append(s.Answer, fmt.Sprintf("Nobody can be named. The weight lies with the copies issued to %s.", strings.Join(shortlisted(r), ", ")))
	s.HowSure = append(s.HowSure, fmt.Sprintf("None of them reaches the limit that was set, %s. This says where to look first, and is no finding against any of them.", oneIn(r.Alpha)))
}

// sayNeeds says how much more would decide.
func (s *Statement) sayNeeds(r match.Result) {
	if r.Needs != nil && r.Needs.Persons > 0 {
		s.Next = append(s.Next, fmt.Sprintf("Complaints of about %s more persons would decide.", count(int64(r.Needs.Persons))))
	}
	for _, x := range r.Suspects {
		if x.MoreMarks != nil {
			s.Next = append(s.Next, fmt.Sprintf("If the copy of %s is a source, about %s more marked cells name it half of the time, %s nine times in ten: a larger piece of the leak would help.",
				x.Recipient, count(int64(x.MoreMarks.Likely)), count(int64(x.MoreMarks.Safe))))
		}
	}
}

// certain counts what a decision rests on.
func certain(r match.Result) (out []string) {
	if r.RowsLinked > 0 {
		out = append(out, fmt.Sprintf("%s rows or contacts of what was found belong to dataset %s.", count(r.RowsLinked), r.Dataset))
	}
	if r.CanaryHits > 0 {
		out = append(out, fmt.Sprintf("%s fabricated identities were found, which stand nowhere but in marked copies.", count(int64(r.CanaryHits))))
	}
	if len(r.Reused) > 0 {
		out = append(out, fmt.Sprintf("%s contacts were found that stand in several copies, one after the other: they name none of them alone.", count(int64(len(r.Reused)))))
	}
	if r.MarksRead > 0 {
		out = append(out, fmt.Sprintf("%s marked cells could be read.", count(r.MarksRead)))
	}
	if r.Controls > 0 {
		out = append(out, fmt.Sprintf("%s identities were found that were made up in the same way and never issued: somebody guesses contacts, and that is allowed for.", count(int64(r.Controls))))
	}
	return out
}

// oneIn is a probability as people say it, never smaller than it is.
func oneIn(p float64) string {
	switch {
	case p >= 0.5:
		return "1 in 1"
	case p > 1e-9:
		return "1 in " + count(int64(1/p*(1+1e-12)))
	case p <= 1e-300:
		return "1 in 10" + raised(300)
	}
	return "1 in 10" + raised(int(math.Floor(-math.Log10(p)+1e-9)))
}

// raised writes an exponent.
func raised(n int) string {
	return strings.NewReplacer("0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹").Replace(strconv.Itoa(n))
}

// count writes a number with its thousands apart.
func count(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
