package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/urfave/cli/v2"

	"telltale/internal/report"
	"telltale/match"
	"telltale/store"
)

const defaultAlpha = 1e-6

// sightingRecord is what is sealed as a sighting.
type sightingRecord struct {
	Name    string    `json:"name"`
	Holder  string    `json:"holder,omitempty"`
	At      time.Time `json:"at,omitzero"`
	Contact string    `json:"contact,omitempty"` // masked
	Sender  string    `json:"sender,omitempty"`
	Reading []byte    `json:"reading"`
}

// investigationFlags are those of match and trace.
func investigationFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "dataset", Usage: "only dataset `NAME`; may be repeated"},
		&cli.StringFlag{Name: "case", Usage: "add what is seen to case `NAME`, and weigh it with all that is there"},
		&cli.StringFlag{Name: "holder", Usage: "`PARTY` with whom it was found"},
		&cli.Float64Flag{Name: "alpha", DefaultText: "1e-6", Usage: "bound on the chance that anybody is accused wrongly"},
		&cli.BoolFlag{Name: "all", Usage: "list every candidate"},
		&cli.BoolFlag{Name: "exit-code", Usage: "answer by the exit code: 10 attributed, 11 ours, 0 nothing of ours"},
	}
}

// investigation is one run of match or trace.
type investigation struct {
	p        *program
	r        *registry
	engine   *match.Engine
	caseName string
	kind     string // file or message
	schema   string
	readings []*match.Reading
	records  []store.Sighting // new ones, to be added to the case
	earlier  []*match.Reading
}

func (p *program) matchOptions(c *cli.Context) (match.Options, error) {
	alpha := c.Float64("alpha")
	if !c.IsSet("alpha") {
		if alpha = p.config.Alpha; alpha == 0 {
			alpha = defaultAlpha
		}
	}
	if !(alpha > 0 && alpha < 1) {
		return match.Options{}, usageError("1e-6 is the default", "--alpha %g: give a probability between 0 and 1", alpha)
	}
	return match.Options{Alpha: alpha, Datasets: c.StringSlice("dataset"), All: c.Bool("all")}, nil
}

func (p *program) investigate(c *cli.Context, r *registry, o match.Options, kind, schema string) (*investigation, error) {
	err := r.View(c.Context, func(tx store.Tx) error {
		for _, name := range o.Datasets {
			if _, err := tx.Dataset(name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	engine, err := r.engine(c.Context, o)
	if err != nil {
		return nil, err
	}
	i := &investigation{p: p, r: r, engine: engine, caseName: c.String("case"), kind: kind, schema: schema}
	if i.caseName != "" {
		if err := checkName("case", i.caseName); err != nil {
			return nil, err
		}
		i.earlier, err = r.readings(c.Context, i.caseName)
	}
	return i, err
}

// engine matches with everything that the registry knows and the key opens.
func (r *registry) engine(ctx context.Context, o match.Options) (*match.Engine, error) {
	o.Keys = r.ring
	return match.Open(ctx, r.Store, r.ring.common(), o)
}

// readings are those of a case's sightings; none when there is no such case.
func (r *registry) readings(ctx context.Context, name string) ([]*match.Reading, error) {
	records, stored, err := r.sightings(ctx, name)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	var out []*match.Reading
	for i, record := range records {
		reading := new(match.Reading)
		if err := reading.UnmarshalBinary(record.Reading); err != nil {
			return nil, fmt.Errorf("case %s, sighting %s: %w", name, record.Name, err)
		}
		reading.SeenBy(stored[i].Recorded)
		out = append(out, reading)
	}
	return out, err
}

// sightings opens a case's sightings.
func (r *registry) sightings(ctx context.Context, name string) (records []sightingRecord, sealed []store.Sighting, err error) {
	err = r.View(ctx, func(tx store.Tx) error {
		if _, err := tx.Case(name); err != nil {
			return err
		}
		sealed, err = tx.Sightings(name)
		return err
	})
	for _, s := range sealed {
		plain, err := r.unseal("sighting", name+"/"+s.ID, s.Sealed)
		if err != nil {
			return nil, nil, fmt.Errorf("case %s, sighting %s: %w", name, s.ID, err)
		}
		var record sightingRecord
		if err := json.Unmarshal(plain, &record); err != nil {
			return nil, nil, fmt.Errorf("case %s, sighting %s: %w", name, s.ID, err)
		}
		records = append(records, record)
	}
	return records, sealed, err
}

// add takes a reading of an input with that digest.
func (i *investigation) add(reading *match.Reading, record sightingRecord, digest string) error {
	i.readings = append(i.readings, reading)
	if i.caseName == "" {
		return nil
	}
	var err error
	if record.Reading, err = reading.MarshalBinary(); err != nil {
		return err
	}
	plain, err := json.Marshal(record)
	if err != nil {
		return err
	}
	id := digestOf("sighting", i.caseName, record.Name, digest)[:16]
	i.records = append(i.records, store.Sighting{ID: id, Case: i.caseName, Kind: i.kind, SHA256: digest, SeenAt: record.At,
		Recorded: i.p.Now(), Sealed: i.r.seal("sighting", i.caseName+"/"+id, plain)})
	return nil
}

// save adds the new sightings to the case; one that is there already is not
// added again.
func (i *investigation) save(ctx context.Context) error {
	if i.caseName == "" {
		return nil
	}
	return i.r.Update(ctx, func(tx store.Tx) error {
		if _, err := tx.OpenCase(i.caseName, i.p.Now()); err != nil {
			return err
		}
		there, err := tx.Sightings(i.caseName)
		if err != nil {
			return err
		}
		known := map[string]bool{}
		for _, s := range there {
			known[s.ID] = true
		}
		for _, s := range i.records {
			if known[s.ID] {
				i.p.remark("case %s has this sighting already", i.caseName)
				continue
			}
			known[s.ID] = true
			if err := tx.AddSighting(s); err != nil {
				return err
			}
		}
		return nil
	})
}

// decide weighs everything, records the decision and prints it.
func (i *investigation) decide(c *cli.Context, finish func(*match.Result)) error {
	result, err := i.engine.Decide(c.Context, append(i.earlier, i.readings...))
	if err != nil {
		return err
	}
	i.onlyThisCall(&result, len(i.readings))
	return i.conclude(c, result, finish)
}

// conclude records a decision and prints it.
func (i *investigation) conclude(c *cli.Context, result match.Result, finish func(*match.Result)) error {
	result.Schema = i.schema
	finish(&result)
	if err := i.save(c.Context); err != nil {
		return err
	}
	if err := i.recordDecision(c.Context, result); err != nil {
		return err
	}
	err := i.p.print(i.doc(result), func(w io.Writer) {
		report.Text(w, result, i.p.painter(result.Verdict))
		if len(i.earlier) > 0 {
			fmt.Fprintf(w, "\nEarlier sightings of case %s weighed too: %d.\n", printable(i.caseName), len(i.earlier))
		}
	})
	if err != nil {
		return err
	}
	return exitStatus(result, c.Bool("exit-code"))
}

// resultDoc is a result as it is printed.
type resultDoc struct {
	match.Result
	Case    string `json:"case"`
	Earlier int    `json:"earlier_sightings"` // of the case, weighed together with these
}

func (i *investigation) doc(result match.Result) resultDoc {
	return resultDoc{result, i.caseName, len(i.earlier)}
}

// onlyThisCall leaves the inputs and messages of this call in a result that
// weighs those of the whole case.
func (i *investigation) onlyThisCall(result *match.Result, readings int) {
	messages := 0
	for _, r := range i.readings {
		messages += len(r.Sightings)
	}
	result.Inputs = result.Inputs[len(result.Inputs)-readings:]
	result.Sightings = result.Sightings[len(result.Sightings)-messages:]
}

// recordDecision notes in the ledger what was decided on what.
func (i *investigation) recordDecision(ctx context.Context, result match.Result) error {
	detail, err := json.Marshal(result)
	if err != nil {
		return err
	}
	subject := first(i.caseName, "no case")
	return i.p.note(ctx, i.r, "decision", subject, i.r.seal("decision", subject, detail))
}

// colorCodes are what the painter writes.
var colorCodes = []string{text.Colors{text.Bold}.EscapeSeq(), text.Colors{text.Bold, text.FgRed}.EscapeSeq(), text.Colors{text.Bold, text.FgYellow}.EscapeSeq(), text.EscapeReset}

func (p *program) painter(v match.Verdict) func(string) string {
	if !p.color {
		return nil
	}
	colors := text.Colors{text.Bold}
	switch v {
	case match.Attributed:
		colors = text.Colors{text.Bold, text.FgRed}
	case match.Shortlist, match.Ours, match.Incomplete:
		colors = text.Colors{text.Bold, text.FgYellow}
	}
	return func(s string) string { return colors.Sprint(s) }
}

func exitStatus(result match.Result, asked bool) error {
	switch {
	case result.Verdict == match.Incomplete:
		return status(exitIncomplete)
	case !asked:
		return nil
	case result.Verdict == match.Attributed:
		return status(exitAttributed)
	case result.Verdict == match.Shortlist, result.Verdict == match.Ours:
		return status(exitOurs)
	}
	return nil
}

// expand lists the files below the directories among the arguments, and what
// else stands there.
func expand(args []string) (files []string, others []irregular, err error) {
	roots := resolved(args)
	for _, arg := range args {
		info, err := os.Stat(arg)
		switch {
		case arg == "-":
			files = append(files, arg)
			continue
		case errors.Is(err, fs.ErrNotExist):
			return nil, nil, fmt.Errorf("%s: %w", arg, fs.ErrNotExist)
		case err != nil:
			return nil, nil, err
		case !info.IsDir():
			if err := checkRegular(arg); err != nil {
				return nil, nil, err
			}
			files = append(files, arg)
			continue
		}
		below, passed, err := walk(arg, roots)
		if err != nil {
			return nil, nil, err
		}
		if len(below) == 0 && len(passed) > 0 {
			return nil, nil, inputError("name a link's target itself; give a stream as -", "%s: the directory holds no files: %s", arg, sayIrregular(passed))
		}
		if len(below) == 0 {
			return nil, nil, inputError("", "%s: the directory holds no files", arg)
		}
		files, others = append(files, below...), append(others, passed...)
	}
	return files, others, nil
}

// walk lists the regular files below a directory, and what else stands there.
// The directory itself may be a link.
func walk(dir string, roots []string) (files []string, others []irregular, err error) {
	dir = filepath.Clean(dir) + string(filepath.Separator)
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || d.IsDir():
			return err
		case d.Type().IsRegular():
			files = append(files, path)
		default:
			if entry, ok := irregularOf(path, d.Type(), roots); ok {
				others = append(others, entry)
			}
		}
		return nil
	})
	return files, others, err
}
