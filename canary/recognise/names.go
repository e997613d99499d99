package recognise

// streak counts the tokens of a sort that end where one stands next to another
// of it, as a name's may.
type streak struct {
	at    int // the last token
	all   int // no more than a name may have
	known int // of those, the last ones that names of canaries have
}

// word continues the streak of words with token i, and looks up the names that
// end there.
func (w *worker) word(v *view, s *streak, i int) {
	t := &v.tokens[i]
	if i > 0 && s.at == i-1 && joined(v.text[v.tokens[i-1].end:t.start]) {
		s.all = min(s.all+1, maxWords)
	} else {
		s.all, s.known = 1, 0
	}
	s.at = i
	if t.start >= v.untallied {
		w.counts[countName] += w.wordCounts[s.all]
	}
	if !w.nameWords.has(t.hash) {
		s.known = 0
		return
	}
	s.known = min(s.known+1, maxWords)
	if s.known > 1 {
		w.name(v, i, s.known)
	}
}

// name looks up the words that end with token i, in any order; at most so many.
func (w *worker) name(v *view, i, most int) {
	t := &v.tokens[i]
	sum := t.hash
	for n := 2; n <= most; n++ {
		u := &v.tokens[i-n+1]
		sum += u.hash
		if !w.lengths[n] {
			continue
		}
		if refs := w.names.get(sum); refs != nil && !hyphened(v.text, u.start, t.end) && !w.astride(v, i-n+1, i) && !v.spelledByNoise(u.start, t.end) {
			w.add(v, refs, u.start, t.end)
		}
	}
}

// joined reports whether a gap may stand within a name: blanks and a few signs,
// as between columns, but no end of a line or sentence.
func joined(gap []byte) bool {
	if len(gap) == 1 { // a full stop is of an e-mail address
		return stops[gap[0]] == 0
	}
	if len(gap) == 0 || len(gap) > 5 || gap[0] == '.' && len(gap) > 2 {
		return false
	}
	var ends byte
	for _, c := range gap {
		ends |= sentenceEnds[c]
	}
	return ends == 0
}

var stops, sentenceEnds = setOf(".\n\r!?"), setOf("\n\r!?")

// astride reports whether the words from..to, the family name first, belong to
// two people of a list: Smith and Mary in "John Smith, Mary Jones".
func (w *worker) astride(v *view, from, to int) bool {
	if t := v.tokens[from].hash; !w.family[t] || w.given[t] {
		return false
	}
	blank := func(i int) bool {
		return i > 0 && i < len(v.tokens) && v.tokens[i].start == v.tokens[i-1].end+1 && v.text[v.tokens[i].start-1] == ' '
	}
	return blank(from) && w.given[v.tokens[from-1].hash] || blank(to+1) && w.family[v.tokens[to+1].hash]
}

// hyphened reports whether a name is part of a longer one.
func hyphened(v []byte, start, end int) bool {
	return start > 1 && v[start-1] == '-' && sorts[v[start-2]] == letter || end+1 < len(v) && v[end] == '-' && sorts[v[end+1]] == letter
}

// character continues the streak of CJK characters with token i, and looks up
// the names that begin there.
func (w *worker) character(v *view, s *streak, i int) {
	t := &v.tokens[i]
	if i > 0 && s.at == i-1 && t.start-v.tokens[i-1].end <= 1 {
		s.all = min(s.all+1, maxHan)
	} else {
		s.all = 1
	}
	s.at = i
	if t.start >= v.untallied {
		w.counts[countName] += w.hanCounts[s.all]
	}
	if i+1 < len(v.tokens) && w.pairs.has(t.hash*hashStep+v.tokens[i+1].hash) {
		w.hanName(v, i)
	}
}

// hanName looks up the characters from token i on: next to one another, or all
// set apart by one sign.
func (w *worker) hanName(v *view, i int) {
	var h uint64
	apart := ""
	for n := 1; n <= maxHan && i+n-1 < len(v.tokens); n++ {
		t := &v.tokens[i+n-1]
		if t.class != han {
			return
		}
		if n > 1 {
			gap := v.text[v.tokens[i+n-2].end:t.start]
			if len(gap) > 1 || n > 2 && apart != string(gap) {
				return
			}
			if n == 2 {
				apart = string(gap)
			}
		}
		h = h*hashStep + t.hash
		if n < 2 || !w.hanLens[n] {
			continue
		}
		if w.han.seen.has(h) && w.wholeRun(v, i, n, apart) {
			w.add(v, w.han.refs[h], v.tokens[i].start, t.end)
		}
	}
}

// wholeRun reports whether n characters are all of a short run, as a cell is, or
// part of a longer text. gap is what sets the characters of the run apart.
func (w *worker) wholeRun(v *view, i, n int, gap string) bool {
	from, to := i, i+n
	next := func(k int) bool {
		return k > 0 && k < len(v.tokens) && v.tokens[k].class == han && v.tokens[k-1].class == han && string(v.text[v.tokens[k-1].end:v.tokens[k].start]) == gap
	}
	for i-from < 4 && next(from) {
		from--
	}
	for to-i-n < 4 && next(to) {
		to++
	}
	return to-from == n || to-from > 4
}
