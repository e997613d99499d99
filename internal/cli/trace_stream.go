package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"telltale/internal/report"
	"telltale/internal/screen"
	"telltale/match"
	"telltale/match/message"
)

// peekedLines is how many lines are looked at for a JSON object: a stream may
// begin with a broken line.
const peekedLines = 3

// jsonLines returns standard input when it is the only file and one of its
// first lines is a JSON object by itself; nil otherwise, and nothing is lost.
func (p *program) jsonLines(files []string) *bufio.Reader {
	if len(files) != 1 || files[0] != "-" {
		return nil
	}
	in := bufio.NewReaderSize(p.In, 1<<16)
	var read []byte
	found := false
	for n := 0; n < peekedLines && !found; n++ {
		line, err := readBounded(in, message.MaxMessage)
		read = append(read, line...)
		found = isObject(line)
		if err != nil {
			break
		}
	}
	whole := bufio.NewReaderSize(io.MultiReader(bytes.NewReader(read), in), 1<<16)
	if p.In = whole; !found {
		return nil
	}
	return whole
}

func isObject(line []byte) bool {
	return json.Valid(line) && bytes.HasPrefix(bytes.TrimSpace(line), []byte("{"))
}

// readBounded reads a line, or the beginning of one that is longer than limit.
func readBounded(in *bufio.Reader, limit int) ([]byte, error) {
	var line []byte
	for {
		piece, err := in.ReadSlice('\n')
		line = append(line, piece...)
		if err != bufio.ErrBufferFull || len(line) > limit {
			return line, err
		}
	}
}

// stream answers JSON Lines line by line: every line is a look of its own, and
// every answer stands on all messages so far.
func (t *tracing) stream(in *bufio.Reader) error {
	trace := t.engine.NewTrace()
	for _, r := range t.earlier {
		if r.IsMessage() {
			if err := trace.Add(t.c.Context, r); err != nil {
				return err
			}
		}
	}
	var last match.Result
	for n := 1; ; n++ {
		line, err := readBounded(in, message.MaxMessage)
		if len(bytes.TrimSpace(line)) > 0 {
			var lerr error
			if last, lerr = t.answer(trace, fmt.Sprintf("standard input#%d", n), line); lerr != nil {
				return lerr
			}
		}
		if err == io.EOF {
			return t.endStream(last)
		}
		if err != nil {
			return fmt.Errorf("standard input, line %d: %w", n, err)
		}
	}
}

// answer weighs one line and prints what is known now.
func (t *tracing) answer(trace *match.Trace, name string, line []byte) (match.Result, error) {
	m := message.FromJSON(name, line)
	m = t.p.amend(t.c, []message.Message{m}, t.received)[0]
	if err := t.engine.Resolve(t.c.Context, []message.Message{m}); err != nil {
		return match.Result{}, err
	}
	readings, err := t.read([]message.Message{m}, t.call+"/"+name)
	if err != nil {
		return match.Result{}, err
	}
	if err := trace.Add(t.c.Context, readings...); err != nil {
		return match.Result{}, err
	}
	if t.caseName != "" {
		if err := t.keep([]message.Message{m}, readings); err != nil {
			return match.Result{}, err
		}
	}
	result, err := trace.Latest(t.c.Context)
	if err != nil {
		return result, err
	}
	result.Schema = t.schema
	t.revealContacts(&result, []message.Message{m})
	return result, t.say(result)
}

// say prints an answer: one line, and nothing is held back.
func (t *tracing) say(result match.Result) error {
	if !t.p.json {
		_, err := fmt.Fprintln(t.p.Out, printable(report.Line(result)))
		return err
	}
	line, err := json.Marshal(t.doc(result))
	if err != nil {
		return err
	}
	_, err = io.WriteString(t.p.Out, screen.JSON(string(line))+"\n")
	return err
}

// endStream keeps the messages in their case and records the last answer.
func (t *tracing) endStream(last match.Result) error {
	if err := t.save(t.c.Context); err != nil {
		return err
	}
	if err := t.recordDecision(t.c.Context, last); err != nil {
		return err
	}
	if !t.p.json {
		fmt.Fprintln(t.p.Out)
		last.Inputs, last.Sightings = []match.Input{}, []match.Sighting{}
		report.Text(t.p.screen(), last, t.p.painter(last.Verdict))
	}
	return exitStatus(last, t.c.Bool("exit-code"))
}
