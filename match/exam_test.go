package match

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"telltale/internal/key"
	"telltale/match/message"
)

var (
	candidates = flag.Int("candidates", 5000, "registrations in the exam story; 100000 is the whole")
	worlds     = flag.Int("worlds", 1, "exam stories, each with a key, registrations and a leak of its own; 20 is the whole")
	story      = flag.Uint64("story", 91, "seed of the first exam story")
	unrelated  = flag.Int("unrelated", 60, "sets of complaints that have nothing to do with us; 1000 is the whole")
)

func rngFor(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

// exam is the story of an exam office: registrations go to twelve parties, of
// whom five have all of them and seven schools their own; the maintainer of the
// website sells a third through a reseller, who serves four spammers.
type exam struct {
	*world
	e        *Engine
	rows     [][]string
	copies   map[string][][]string
	spammers [4][][]string
}

const leaking = "maintainer"

func newExam(t *testing.T, withhold float64, seed uint64) *exam {
	r := rngFor(seed)
	_, rows := people(r, *candidates)
	x := &exam{world: newWorld(t), rows: rows, copies: map[string][][]string{}}
	master, err := key.Generate(bytes.NewReader(bytes.Repeat([]byte{byte(seed), 3}, 32)))
	x.must(err)
	x.master = master
	whole := []string{leaking, "printing-house", "exam-board", "ministry", "call-centre"}
	make := func(rows [][]string, to ...string) {
		for name, copied := range x.make(issue{dataset: "registrations", scheme: peopleScheme(), rows: rows, recipients: to, withhold: withhold, canaries: 12}) {
			x.copies[name] = copied
		}
	}
	make(rows, whole...)
	for i := range 7 {
		var own [][]string
		for k := i; k < len(rows); k += 7 {
			own = append(own, rows[k])
		}
		make(own, fmt.Sprintf("school-%c", 'a'+i))
	}
	x.e = x.engine(Options{All: true})
	reseller := sampled(r, x.copies[leaking], .3)
	for i := range x.spammers {
		x.spammers[i] = sampled(r, reseller, .4)
	}
	return x
}

func sampled(r *rand.Rand, rows [][]string, share float64) (out [][]string) {
	for _, row := range rows {
		if r.Float64() < share {
			out = append(out, row)
		}
	}
	return out
}

// complain makes n complaints of real people about a spammer, in an order that
// has nothing to do with the table.
func (x *exam) complain(r *rand.Rand, spammer, n int, quote bool) (out []message.Message) {
	rows := x.spammers[spammer]
	for _, i := range r.Perm(len(rows)) {
		row := rows[i]
		if len(out) == n {
			break
		}
		if row[4] == "" || x.isCanary(row[4]) {
			continue
		}
		text := fmt.Sprintf("Dear %s, pass your exam at the first attempt! Places are left in course %d.", row[1], r.IntN(100))
		if quote {
			text += fmt.Sprintf(" You registered on %s and paid %s.", row[7], row[8])
		}
		out = append(out, message.FromText(row[4], text, fmt.Sprintf("+4420794%05d", spammer), later.Add(time.Duration(len(out))*time.Hour)))
	}
	return out
}

func (x *exam) isCanary(phone string) bool {
	m := message.FromText(phone, "", "", later)
	reading, err := x.e.Message(background, m, Seen{})
	x.must(err)
	return len(reading.Sightings[0].Canaries) > 0
}

// TestExamStory: (a) one message to a canary of the leaking copy names it; (b)
// forty complaints of real people narrow down to it, and attribute it when they
// quote values that carry marks, or when there are enough. The bound on wrong accusations is
// 1e-6 a trace. That the true copy is not first would take that one of its own
// rows was withheld from it, which is impossible; that forty quoting complaints
// do not decide is counted, and one in five hundred may.
func TestExamStory(t *testing.T) {
	var s examScore
	for i := range *worlds {
		seed := *story + uint64(i)
		x := newExam(t, .02, seed)
		r := rngFor(seed + 1000)
		x.canary(t, seed)
		for range runsOfExam {
			x.withheld(t, seed, r, &s)
			x.quoted(t, seed, r, &s)
		}
		s.enough = append(s.enough, x.enough(t, r))
	}
	runs := *worlds * runsOfExam
	slices.Sort(s.enough)
	t.Logf("%d registrations, %d stories of %d sets of 40 complaints each, seeds from %d", *candidates, *worlds, runsOfExam, *story)
	t.Logf("withheld at 2 %%: the true copy has the highest e-value in %d of %d sets, alone in %d, shared with %.1f others on average; %d of %d attributed",
		s.first, runs, s.alone, float64(s.tied)/float64(runs), s.decided, runs)
	t.Logf("quoting two values: %d of %d attributed; without quotes attributed after %v complaints", s.quoting, runs, s.enough)
	if s.first != runs || 500*(runs-s.quoting) > max(runs, 500) {
		t.Errorf("first in %d, attributed when quoting in %d of %d", s.first, s.quoting, runs)
	}
}

const runsOfExam = 20

// examScore counts what sets of complaints led to.
type examScore struct {
	first, alone, tied, decided, quoting int
	enough                               []int
}

// canary is (a).
func (x *exam) canary(t *testing.T, seed uint64) {
	got := x.trace(x.e, message.FromText(emailOf(t, x.e.datasets[0], leaking), "Pass your exam", "", later))
	if got.Verdict != Attributed || !slices.Equal(accusedOf(got), []string{leaking}) {
		t.Errorf("seed %d: one message to a canary: %s", seed, got.brief())
	}
}

// withheld is (b) without quotes.
func (x *exam) withheld(t *testing.T, seed uint64, r *rand.Rand, s *examScore) {
	got := x.trace(x.e, x.complain(r, r.IntN(4), 40, false)...)
	first, ties := false, -1
	for _, p := range got.Suspects {
		if p.LogE >= got.Suspects[0].LogE-1e-9 {
			ties++
			first = first || p.Recipient == leaking
		}
		if p.Accused && p.Recipient != leaking {
			t.Errorf("seed %d: 40 complaints accuse %s: %s", seed, p.Recipient, got.brief())
		}
	}
	s.tied += ties
	if first {
		s.first++
		if ties == 0 {
			s.alone++
		}
	}
	if len(accusedOf(got)) > 0 {
		s.decided++
	}
}

// quoted is (b) with quotes.
func (x *exam) quoted(t *testing.T, seed uint64, r *rand.Rand, s *examScore) {
	got := x.trace(x.e, x.complain(r, r.IntN(4), 40, true)...)
	switch names := accusedOf(got); {
	case slices.Equal(names, []string{leaking}) && got.Verdict == Attributed:
		s.quoting++
	case len(names) > 0:
		t.Errorf("seed %d: 40 complaints that quote values accuse %v: %s", seed, names, got.brief())
	}
}

// enough adds complaints one at a time, looks after every twentieth, and says
// after how many the copy was attributed.
func (x *exam) enough(t *testing.T, r *rand.Rand) int {
	trace := x.e.NewTrace()
	all := x.complain(r, 0, 1<<30, false)
	for i := 1; i < 4; i++ {
		all = append(all, x.complain(r, i, 1<<30, false)...)
	}
	said := 0
	for i, m := range all {
		reading, err := x.e.Message(background, m, Seen{At: m.Received, Call: fmt.Sprint(i)})
		x.must(err)
		x.must(trace.Add(background, reading))
		if i%20 != 19 {
			continue
		}
		got, err := trace.Latest(background)
		x.must(err)
		if said == 0 && got.Needs != nil && got.Needs.Persons > 0 {
			said = i + 1 + got.Needs.Persons
		}
		if names := accusedOf(got); len(names) > 0 {
			if !slices.Equal(names, []string{leaking}) || said == 0 || i+1 > 2*said {
				t.Errorf("accused %v after %d complaints, having said %d", names, i+1, said)
			}
			return i + 1
		}
	}
	t.Errorf("%d complaints of real people at 2 %% withheld attribute nobody", len(all))
	return len(all)
}

func accusedOf(r Result) (names []string) {
	for _, s := range r.Suspects {
		if s.Accused {
			names = append(names, s.Recipient)
		}
	}
	return names
}

// TestUnrelatedComplaints: complaints that have nothing to do with any copy
// attribute nobody: real people of ours chosen at random, strangers, guesses at
// our own domain, in sets of 10 to 400, looked at after every tenth message. A
// set accuses somebody with a probability of at most 1e-6, so that 1,000 sets
// fail wrongly once in a thousand runs. That alone would take very wrong e-values to fail,
// so a tenth of the rows is withheld, and the largest of each candidate's at any look is compared with Ville's bound:
// of n, at most n/10 and five standard errors reach 10 (false alarm about 3e-7).
func TestUnrelatedComplaints(t *testing.T) {
	const seed = 29
	x := newExam(t, .1, seed)
	r := rngFor(seed)
	_, domain, _ := strings.Cut(emailOf(t, x.e.datasets[0], leaking), "@")
	worst, sum, n, reached := math.Inf(-1), 0.0, 0, 0
	for set := range *unrelated {
		trace := x.e.NewTrace()
		largest := map[string]float64{}
		for i := range 10 + r.IntN(391) {
			m := x.stranger(r, domain, i)
			reading, err := x.e.Message(background, m, Seen{At: m.Received, Call: fmt.Sprint(i)})
			x.must(err)
			x.must(trace.Add(background, reading))
			if i%10 != 9 {
				continue
			}
			got, err := trace.Latest(background)
			x.must(err)
			if names := accusedOf(got); len(names) > 0 {
				t.Errorf("seed %d, set %d: %v accused after %d complaints: %s", seed, set, names, i+1, got.brief())
			}
			for _, s := range got.Suspects {
				largest[s.Recipient] = max(largest[s.Recipient], s.Log10LR)
			}
		}
		for _, l := range largest {
			if worst = max(worst, l); l >= 1 {
				reached++
			}
		}
		got, err := trace.Result(background)
		x.must(err)
		for _, s := range got.Suspects {
			sum += math.Exp(s.LogE)
			n++
		}
	}
	t.Logf("seed %d, %d sets, %d candidates: the largest e-value at any look is 10^%.1f, %d reached 10, the mean at the end %.2f", seed, *unrelated, n, worst, reached, sum/float64(max(n, 1)))
	if most := float64(n)/10 + 5*math.Sqrt(.09*float64(n)); float64(reached) > most {
		t.Errorf("seed %d: %d of %d e-values reached 10 at some look, want at most %.0f", seed, reached, n, most)
	}
}

func (x *exam) stranger(r *rand.Rand, domain string, i int) message.Message {
	row := x.rows[r.IntN(len(x.rows))]
	to, text := row[4], fmt.Sprintf("Dear %s, a loan of %d is waiting for you, call now.", row[1], r.IntN(9999))
	switch r.IntN(5) {
	case 0:
		to = fmt.Sprintf("+4477009%05d", r.IntN(1e5))
	case 1:
		to = fmt.Sprintf("%s.%s%d@%s", strings.ToLower(row[1]), strings.ToLower(row[2]), r.IntN(100), domain)
	case 2:
		text = fmt.Sprintf("%s %s, you owe %.2f since 20%02d-%02d-%02d", row[1], row[2], r.Float64()*1000, 10+r.IntN(15), 1+r.IntN(12), 1+r.IntN(28))
	}
	return message.FromText(to, text, fmt.Sprintf("+4420794%05d", r.IntN(12)), later.Add(time.Duration(i)*time.Minute))
}
