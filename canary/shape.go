package canary

import (
	"slices"
	"strconv"
	"strings"
)

// maxRuns is how many digit runs of a serial number are told apart.
const maxRuns = 6

// Run is what was seen of serial numbers of one shape: everything but the
// digits as written, a NUL for every digit run.
type Run struct {
	Shape              string
	Count              int64
	Min, Max           []int64 // of each digit run
	Narrowest, Longest []int   // digits of each run
	Padded             []bool  // a leading zero was seen
}

func newRun(shape string, n int, values [maxRuns]int64, widths [maxRuns]int) Run {
	return Run{
		Shape: shape, Min: slices.Clone(values[:n]), Max: slices.Clone(values[:n]),
		Narrowest: slices.Clone(widths[:n]), Longest: slices.Clone(widths[:n]), Padded: make([]bool, n),
	}
}

func (r Run) clone() Run {
	r.Min, r.Max, r.Narrowest, r.Longest = slices.Clone(r.Min), slices.Clone(r.Max), slices.Clone(r.Narrowest), slices.Clone(r.Longest)
	r.Padded = slices.Clone(r.Padded)
	return r
}

func (r *Run) note(n int, values [maxRuns]int64, widths [maxRuns]int) {
	r.Count++
	for i := range n {
		r.Min[i], r.Max[i] = min(r.Min[i], values[i]), max(r.Max[i], values[i])
		r.Narrowest[i], r.Longest[i] = min(r.Narrowest[i], widths[i]), max(r.Longest[i], widths[i])
		r.Padded[i] = r.Padded[i] || widths[i] > len(strconv.FormatInt(values[i], 10))
	}
}

func (s *Stat) mergeRun(t Run) {
	for i := range s.Runs {
		r := &s.Runs[i]
		if r.Shape != t.Shape {
			continue
		}
		r.Count += t.Count
		for j := range r.Min {
			r.Min[j], r.Max[j] = min(r.Min[j], t.Min[j]), max(r.Max[j], t.Max[j])
			r.Narrowest[j], r.Longest[j] = min(r.Narrowest[j], t.Narrowest[j]), max(r.Longest[j], t.Longest[j])
			r.Padded[j] = r.Padded[j] || t.Padded[j]
		}
		return
	}
	if len(s.Runs) == runShapes {
		s.Shapeless += t.Count
		return
	}
	s.Runs = append(s.Runs, t.clone())
}

// counter is the digit run that tells serial numbers of the shape apart: the
// one with the widest range. ok is false when none varies.
func (r Run) counter() (at int, ok bool) {
	for i := range r.Min {
		if r.Max[i]-r.Min[i] > r.Max[at]-r.Min[at] {
			at = i
		}
	}
	return at, len(r.Min) > 0 && r.Max[at] > r.Min[at]
}

// shapeOf appends the shape of v to dst; ok is false when v has no digit, too
// many runs or a run of more than 18 digits.
func shapeOf(dst []byte, v string, values *[maxRuns]int64, widths *[maxRuns]int) (shape []byte, n int, ok bool) {
	for i := 0; i < len(v); {
		if !isDigit(v[i]) {
			dst = append(dst, v[i])
			i++
			continue
		}
		run := digits(v[i:])
		if n == maxRuns || len(run) > 18 {
			return dst, n, false
		}
		for j := range len(run) {
			values[n] = values[n]*10 + int64(run[j]-'0')
		}
		widths[n] = len(run)
		dst = append(dst, 0)
		n, i = n+1, i+len(run)
	}
	return dst, n, n > 0
}

// serial is a serial number taken apart.
type serial struct {
	shape  string
	values [maxRuns]int64
	widths [maxRuns]int
	n      int
}

func parseSerial(v string) (serial, bool) {
	var s serial
	shape, n, ok := shapeOf(nil, v, &s.values, &s.widths)
	s.shape, s.n = string(shape), n
	return s, ok
}

// spell writes the serial number with value in run at, as wide as it was or,
// when numbers are not padded, as wide as the value.
func (s serial) spell(at int, value int64, padded bool) string {
	var out strings.Builder
	run := 0
	for i := 0; i < len(s.shape); i++ {
		if s.shape[i] != 0 {
			out.WriteByte(s.shape[i])
			continue
		}
		v, pad := s.values[run], true
		if run == at {
			v, pad = value, padded
		}
		text := strconv.FormatInt(v, 10)
		if pad && len(text) < s.widths[run] {
			out.WriteString(strings.Repeat("0", s.widths[run]-len(text)))
		}
		out.WriteString(text)
		run++
	}
	return out.String()
}
