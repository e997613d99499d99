package canary

import (
	"strings"
	"unicode"

	"telltale/internal/identity"
	"telltale/internal/key"
)

// model is a profile made ready to mint: built once, read-only afterwards.
type model struct {
	roles
	p            *Profile
	gender       int               // column that the given name decides, -1 if none
	givens       map[string]*words // by the value of the gender column; "" for all
	families     *words
	boxes        mailboxes
	parsed       []habit // of each sampled row, in the first e-mail column
	checks       map[int]check
	combinations map[uint64]bool // of the sampled rows
	distinct     []float64       // different values over filled cells, by column
	numbers      map[int]*gaps
	cells        [][]string            // filled cells by column, all read before the model is shared
	groups       []map[string][]string // values of several words by their form
	forms        []map[string]bool     // forms of the values of a column
	counts       []map[string]int      // of every value of a column
	byCount      [][6][]string         // values that occur so often, in the order of the table
	alone        []float64             // chance that a value with one row of the sample has one row of the table
	tokens       []*tokens             // the words of columns of phrases
	sizes        []*gaps
	houses       map[string][]string // numbers in the first address column
	streets      map[string][]string // by city
	roads        map[string]int      // addresses by what is left without their numbers
	sakes        float64             // share of full names that more rows than one bear
	grain        []int64
	masks        []map[string][]string // values that are drawn by place, by their punctuation
	lengths      []map[int]bool        // of the same, in characters
	fittings     []fitting             // columns that stand in order
	single       []bool                // columns in which no value occurs twice
	clusters     *clusters
	mixer        *mixer
	choosers     map[float64]*chooser // by the least bits of an address, prepared when they are needed
	accepted     float64              // least share of drawn names that the table does not hold
}

// ready returns the model, building it at the first call.
func (p *Profile) ready() *model {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.model == nil {
		p.model = newModel(p)
	}
	return p.model
}

func newModel(p *Profile) *model {
	m := &model{roles: findRoles(p.Columns), p: p, gender: -1, checks: map[int]check{}, numbers: map[int]*gaps{}, choosers: map[float64]*chooser{}, accepted: 1}
	for i := range p.Columns {
		m.distinct = append(m.distinct, distinct(m.values(i)))
	}
	m.findSingles()
	m.learnFittings()
	m.learnClusters()
	m.learnMasks()
	m.learnValues()
	m.learnNames()
	m.learnMailboxes()
	m.standIn()
	m.learnCombinations()
	for _, i := range append(append([]int(nil), m.serials...), m.nationals...) {
		if c, ok := findCheck(m.values(i)); ok {
			m.checks[i] = c
		}
	}
	for _, i := range m.combination {
		if g := newGaps(m.values(i)); g != nil && m.distinct[i] > 0.3 {
			m.numbers[i] = g
		}
	}
	if len(m.addresses) > 0 {
		m.houses, m.streets = m.houseNumbers(m.addresses[0]), m.streetsByCity(m.addresses[0])
		m.roads = map[string]int{}
		for _, v := range m.values(m.addresses[0]) {
			m.roads[streetOf(v)]++
		}
	}
	m.learnMixer()
	m.learnNamesakes()
	m.measureNames()
	return m
}

// standIn makes the cells together the identity where what there is repeats
// from row to row: the address of an invoice is its customer's.
func (m *model) standIn() {
	if len(m.combination) > 0 || len(m.phones)+len(m.emails)+len(m.nationals)+len(m.name)+len(m.family) > 0 || m.extraSerial() {
		return
	}
	for _, i := range m.addresses {
		if m.distinct[i] >= repeats {
			return
		}
	}
	for i, c := range m.p.Columns {
		if !c.Key && !c.Sorted && m.p.Stats[i].sorted() == 0 {
			m.combination = append(m.combination, i)
		}
	}
}

// repeats is the share of different values below which a column's values
// belong to several rows each.
const repeats = 0.5

// values are the filled cells of a column in the sample.
func (m *model) values(i int) []string {
	if m.cells == nil {
		m.cells = make([][]string, len(m.p.Columns))
	}
	if m.cells[i] == nil {
		m.cells[i] = m.p.values(i)
	}
	return m.cells[i]
}

func (p *Profile) values(i int) []string {
	out := []string{}
	for _, r := range p.Sample {
		if v := cell(r.Cells, i); !blank(v) {
			out = append(out, v)
		}
	}
	return out
}

func distinct(values []string) float64 {
	seen := map[string]bool{}
	for _, v := range values {
		seen[v] = true
	}
	return float64(len(seen)) / float64(max(len(values), 1))
}

func (m *model) learnNames() {
	var gs, fs []string
	for k, r := range m.p.Sample {
		if !m.clusters.leads(k) {
			continue
		}
		p := m.person1(r.Cells)
		gs, fs = appendFilled(gs, p.given), appendFilled(fs, p.family)
	}
	voc := vocabulary(m.p.Locale, append(gs, fs...))
	m.families = newWordsWith(fs, voc.family)
	m.givens = map[string]*words{"": newWordsWith(gs, voc.given)}
	m.learnGender(voc.given)
}

func appendFilled(to []string, v string) []string {
	if v == "" {
		return to
	}
	return append(to, v)
}

// learnGender looks for a column that repeated given names agree on in at
// least 95 of 100 rows while its commonest value holds at most 90.
func (m *model) learnGender(extra []string) {
	for i, c := range m.p.Columns {
		if c.Kind != identity.Category && c.Kind != identity.Text || c.Key {
			continue
		}
		by := m.namesBy(i)
		if len(by) < 2 || len(by) > 4 || !decides(by) {
			continue
		}
		m.gender = i
		for v, names := range by {
			m.givens[v] = newWords(names)
		}
		return
	}
}

func (m *model) namesBy(i int) map[string][]string {
	by := map[string][]string{}
	for _, r := range m.p.Sample {
		if g := m.person1(r.Cells).given; g != "" {
			v := lower(cell(r.Cells, i))
			by[v] = append(by[v], g)
			if len(by) > 4 {
				return nil
			}
		}
	}
	return by
}

func decides(by map[string][]string) bool {
	votes := map[string]map[string]int{}
	total, largest := 0, 0
	for v, names := range by {
		total, largest = total+len(names), max(largest, len(names))
		for _, g := range names {
			if votes[g] == nil {
				votes[g] = map[string]int{}
			}
			votes[g][v]++
		}
	}
	repeated, agree := 0, 0
	for _, of := range votes {
		sum, best := 0, 0
		for _, n := range of {
			sum, best = sum+n, max(best, n)
		}
		if sum > 1 {
			repeated, agree = repeated+sum, agree+best
		}
	}
	return largest*10 <= total*9 && repeated >= 20 && agree*100 >= repeated*95
}

// givenFor is the model of given names that fit the row's gender.
func (m *model) givenFor(cells []string) *words {
	if m.gender >= 0 {
		if w := m.givens[lower(cell(cells, m.gender))]; w != nil && !w.empty() {
			return w
		}
	}
	return m.givens[""]
}

// measureNames estimates the share of drawn names that are new, for the
// surprise of the ones that are taken: 200 draws at a fixed seed, less two
// standard errors.
func (m *model) measureNames() {
	if len(m.p.Sample) == 0 || m.families.empty() || m.givens[""].empty() {
		return
	}
	st := key.Secret{}.Stream("names")
	const n = 200
	good := 0.0
	for range n {
		if _, _, ok := m.drawPerson(st, m.p.Sample[st.IntN(len(m.p.Sample))].Cells, 1); ok {
			good++
		}
	}
	m.accepted = max(good/n-0.07, 0.005)
}

func (m *model) learnMailboxes() {
	var runs []string
	forms := map[string]bool{}
	withDigits, with := 0, 0
	var lengths [10]int
	for _, r := range m.p.Sample {
		var h habit
		if local, ok := m.local(r.Cells); ok {
			h = parseMailbox(local, m.person1(r.Cells))
			runs = append(runs, wordsOf(local, h)...)
			with++
			if n := h.digits(); n > 0 {
				withDigits++
				lengths[min(n, 9)]++
			}
			if s := h.String(); !forms[s] && len(forms) < 48 {
				forms[s] = true
				m.boxes.forms = append(m.boxes.forms, h)
			}
			m.boxes.habits = append(m.boxes.habits, h)
		}
		m.parsed = append(m.parsed, h)
	}
	for n, k := range lengths {
		if k*30 > with {
			m.boxes.longest = n
		}
	}
	m.boxes.usual = m.boxes.findUsual()
	m.boxes.numbers = float64(withDigits) / float64(max(with, 1))
	m.boxes.given, m.boxes.family = m.givens[""].folded(), m.families.folded()
	m.boxes.words = newWords(runs)
	if len(runs) < 20 {
		m.boxes.words = newWords(append(append([]string(nil), m.boxes.family.list...), m.boxes.given.list...))
	}
	if m.boxes.words.empty() {
		m.boxes.words = newWords(vocabulary("en", nil).family)
	}
}

func (m *model) local(cells []string) (string, bool) {
	if len(m.emails) == 0 {
		return "", false
	}
	local, _, ok := strings.Cut(strings.TrimSpace(cell(cells, m.emails[0])), "@")
	if !ok || local == "" || len(local) > 40 || strings.IndexFunc(local, func(r rune) bool { return r > unicode.MaxASCII }) >= 0 {
		return "", false
	}
	return local, true
}

// wordsOf are the letter runs of a local part that no name explains.
func wordsOf(local string, h habit) []string {
	if !h.has(someWord) {
		return nil
	}
	var out []string
	local = strings.ToLower(local)
	for len(local) > 0 {
		run := letterRun(local)
		if len(run) >= shortest {
			out = append(out, run)
		}
		local = local[max(len(run), 1):]
	}
	return out
}
