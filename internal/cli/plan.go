package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/internal/export"
	"telltale/internal/key"
	"telltale/internal/table"
	"telltale/internal/trial"
	"telltale/match"
	"telltale/store"
)

const (
	planRows       = 5000 // of larger tables a sample of so many is attacked
	planBlock      = 250  // rows of a sample stand together in runs of this many
	planLeaks      = 10
	planRecipients = 100 // where none are registered
	mostPlanLeaks  = 1000
)

func (p *program) planCommand() *cli.Command {
	return &cli.Command{
		Name: "plan", Usage: "say how small a leak would still be traced, before anything is sent", ArgsUsage: "FILE|-",
		Description: "Makes copies of FILE that never leave the machine, attacks them in the ways in which copies leak, and asks the\n" +
			"matcher whose they are. Prints how many leaked rows suffice, against how many colluders, what the copies differ\n" +
			"in from the table, and which setting to change where that is too weak. Writes nothing and records nothing; a\n" +
			fmt.Sprintf("table of more than %d rows is judged by a sample. The same file, key, options and --seed give the same answer.", planRows),
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "dataset", Usage: "dataset `NAME`"},
			&cli.IntFlag{Name: "recipients", Usage: "how many recipients there will be", DefaultText: "those that are registered"},
			&cli.IntFlag{Name: "canaries", Value: -1, DefaultText: "20, at most 4% of the rows, as far as the pools reach", Usage: "fabricated rows in each copy"},
			&cli.IntFlag{Name: "shared-canaries", Usage: "fabricated rows of which each copy carries those its word says"},
			&cli.Float64Flag{Name: "withhold", Usage: "share of the rows left out of each copy, 0 to 0.5"},
			addressBitsFlag(),
			coverFlag(),
			makeRoomFlag(),
			&cli.Float64Flag{Name: "density", Usage: "share of the cells that can carry a mark that do, 0 to 1", DefaultText: "the dataset's"},
			&cli.Float64Flag{Name: "alpha", Value: match.DefaultAlpha, Usage: "bound on the chance of accusing anybody wrongly"},
			&cli.IntFlag{Name: "leaks", Value: planLeaks, Usage: "leaks that are played in each way"},
			&cli.Uint64Flag{Name: "seed", Value: 1, Usage: "another one gives other leaks"},
		}, inputFlags()...),
		Action: p.runPlan,
	}
}

// planJob is one run of plan.
type planJob struct {
	p       *program
	input   string
	options table.Options
	source  trial.Source
	root    key.Root // of the copies, and of what a recipient keeps when it changes
	steady  key.Root
	policy  trial.Policy
	effort  trial.Effort
	assumed bool            // no recipients are registered, and their number was not given
	rows    int64           // of the file; as it was registered when sampled
	profile *canary.Profile // of the file; as it was registered when sampled
	planted int             // canaries of a copy of the file that are no shared ones
	sampled bool
	remarks []string
}

func (p *program) runPlan(c *cli.Context) error {
	args, err := arguments(c, 1, 1, "the file to make a plan for, or -")
	if err != nil {
		return err
	}
	job := &planJob{p: p, input: args[0], effort: trial.Effort{Leaks: c.Int("leaks"), Seed: c.Uint64("seed")}}
	if err := job.check(c); err != nil {
		return err
	}
	return p.withUnsettled(c.Context, func(r *registry) error {
		if err := job.load(c.Context, r, c.String("dataset")); err != nil {
			return err
		}
		if err := job.read(c.Context, r); err != nil {
			return err
		}
		a, err := job.assess(c.Context, r)
		if err != nil {
			return err
		}
		hidden, err := job.hide(r, a.Policy.Canaries+a.Policy.Shared)
		if err != nil {
			return err
		}
		made, err := job.compared()
		if err != nil {
			return err
		}
		doc := job.document(a, hidden, made)
		return p.print(doc, func(w io.Writer) { writePlan(w, doc) })
	})
}

func (j *planJob) check(c *cli.Context) (err error) {
	if j.options, err = inputOptions(c); err != nil {
		return err
	}
	j.policy = trial.Policy{Recipients: c.Int("recipients"), Canaries: c.Int("canaries"), Shared: c.Int("shared-canaries"), Withhold: c.Float64("withhold"), Cover: c.Float64("cover"), MakeRoom: c.Bool("make-room"), Alpha: c.Float64("alpha")}
	density := c.Float64("density")
	if j.policy.Density = density; c.IsSet("density") && density == 0 {
		j.policy.Density = trial.NoMarks
	}
	switch {
	case c.String("dataset") == "":
		return usageError("register one with telltale dataset add NAME FILE", "plan: give --dataset")
	case c.IsSet("recipients") && !(j.policy.Recipients >= 1 && j.policy.Recipients <= 1e9):
		return usageError("", "--recipients %d: give a number from 1 to 1,000,000,000", j.policy.Recipients)
	case !(density >= 0 && density <= 1):
		return usageError("", "--density %g: give a share from 0 to 1", density)
	case !(j.policy.Withhold >= 0 && j.policy.Withhold <= mostWithheld):
		return usageError("", "--withhold %g: give a share from 0 to %g", j.policy.Withhold, mostWithheld)
	case !(j.policy.Cover >= 0 && j.policy.Cover <= mostCover):
		return usageError("", "--cover %g: give a number from 0 to %d", j.policy.Cover, mostCover)
	case c.IsSet("canaries") && j.policy.Canaries < 0, j.policy.Shared < 0:
		return usageError("", "--canaries and --shared-canaries cannot be negative")
	case !(j.policy.Alpha > 0 && j.policy.Alpha < 1):
		return usageError("", "--alpha %g: give a number between 0 and 1", j.policy.Alpha)
	case !(j.effort.Leaks >= 1 && j.effort.Leaks <= mostPlanLeaks):
		return usageError("", "--leaks %d: give a number from 1 to %d", j.effort.Leaks, mostPlanLeaks)
	}
	j.policy.Pool.AddressBits = c.Float64("address-bits")
	return checkAddressBits(j.policy.Pool.AddressBits)
}

// load takes from the registry how the dataset is marked, and what the pools
// hold.
func (j *planJob) load(ctx context.Context, r *registry, dataset string) error {
	return r.View(ctx, func(tx store.Tx) error {
		d, err := tx.Dataset(dataset)
		if err != nil {
			return err
		}
		newest, root, err := r.schemeFor(d)
		if err != nil {
			return err
		}
		j.source.Dataset, j.root = dataset, root
		if j.steady, err = r.ring.Steady(dataset, newest.Version); err != nil {
			return err
		}
		if j.source.Scheme, err = schemeOf(newest); err != nil {
			return err
		}
		if j.profile, _, err = match.OpenProfile(root, dataset, newest.Profile); err != nil {
			return err
		}
		if j.policy.Recipients == 0 {
			recipients, err := tx.Recipients()
			if err != nil {
				return err
			}
			j.policy.Recipients = len(recipients)
			if j.assumed = len(recipients) == 0; j.assumed {
				j.policy.Recipients = planRecipients
			}
		}
		return r.pool(tx, &j.policy.Pool)
	})
}

// pool is everything that the pools hold and may plant, taken or not.
func (r *registry) pool(tx store.Tx, out *canary.Contacts) error {
	for kind, list := range map[string]*[]string{poolDomain: &out.Domains, poolPhone: &out.Phones, poolEmail: &out.Emails} {
		contacts, err := tx.Contacts(kind)
		if err != nil {
			return err
		}
		for _, c := range contacts {
			if c.Holder() == store.Retired {
				continue
			}
			value, err := r.unseal("contact", kind, c.Sealed)
			if err != nil {
				return err
			}
			*list = append(*list, string(value))
		}
	}
	return nil
}

// read takes the table, or a sample of it, and learns its profile.
func (j *planJob) read(ctx context.Context, r *registry) error {
	in, err := j.p.openTableOf(j.source.Scheme, j.input, j.options)
	if err != nil {
		return err
	}
	defer in.Close()
	for _, c := range j.source.Scheme.Columns {
		j.source.Header = append(j.source.Header, c.Name)
	}
	bar := j.p.progress(in.File, "reading")
	err = j.take(ctx, r, in)
	bar.stop()
	if err == nil && len(j.source.Rows) == 0 {
		err = inputError("give a file with at least one row besides the header", "%s: the table has no rows", j.input)
	}
	if err == nil && !j.sampled {
		err = onlyTable(j.input, in.File)
	}
	return err
}

// take keeps all rows of a table up to planRows; of a larger one, as large as
// it was registered, runs of rows that are spread over it.
func (j *planJob) take(ctx context.Context, r *registry, in *tableOf) error {
	marker, err := fingerprint.New(j.source.Scheme, j.source.Dataset, j.root)
	if err != nil {
		return err
	}
	registered := j.profile
	stride := (registered.Rows + planRows - 1) / planRows
	learner := canary.NewLearner(registered.Columns, j.source.Scheme.Locale)
	for ; ctx.Err() == nil; j.rows++ {
		row, err := in.reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if stride > 1 && j.rows/planBlock%stride != 0 {
			continue
		}
		if len(j.source.Rows) == planRows {
			j.sampled = true
			break
		}
		cells := in.cells(row)
		if _, err := marker.RowKey(cells); err != nil {
			return &export.RowError{File: j.input, Line: row.Line, Err: err}
		}
		learner.Add(cells)
		j.source.Rows = append(j.source.Rows, cells)
	}
	if j.sampled = j.sampled || stride > 1; j.sampled {
		j.rows = max(j.rows, registered.Rows)
	}
	if j.source.Profile = learner.Profile(); !j.sampled {
		j.profile = j.source.Profile
	}
	return ctx.Err()
}

// assess plays the leaks in a registry of their own, which is erased, under a
// key that marks no copy that anybody gets.
func (j *planJob) assess(ctx context.Context, r *registry) (a trial.Assessment, err error) {
	secret := j.root.Derive(fmt.Sprintf("plan/%d", j.effort.Seed))
	st, err := temporaryRegistry(ctx, secret)
	if err != nil {
		return a, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	played := &leaksPlayed{}
	bar := j.p.counting(played, "attacking")
	defer bar.stop()
	return j.withFewerCanaries(func(p trial.Policy) (trial.Assessment, error) {
		return trial.Assess(ctx, st, secret, j.source, p, j.effort, played)
	})
}

// withFewerCanaries tries f with as many canaries as export would plant.
func (j *planJob) withFewerCanaries(f func(trial.Policy) (trial.Assessment, error)) (trial.Assessment, error) {
	p := j.policy
	if j.planted = p.Canaries; p.Canaries < 0 {
		j.planted = int(min(defaultCanaries, j.rows/defaultEvery))
	}
	for first := j.planted; ; j.planted /= 2 {
		if p.Canaries = j.sampledOf(j.planted); p.Canaries == 0 && j.planted > 0 {
			j.remarks = append(j.remarks, fmt.Sprintf("none of the %d canaries of a copy falls into the sample: leaks are judged without them", j.planted))
		}
		if _, err := j.compared(); err != nil {
			return trial.Assessment{}, err
		}
		a, err := f(p)
		var exhausted *canary.ExhaustedError
		if j.policy.Canaries >= 0 || p.Canaries == 0 || !errors.As(err, &exhausted) {
			return a, err
		}
		if j.planted == first {
			j.remarks = append(j.remarks, fmt.Sprintf("fewer than %d canaries in each copy: %v; %s gives them contacts", first, exhausted, poolCommand(exhausted)))
		}
	}
}

// sampledOf is how many of n canaries fall into the rows that are judged.
func (j *planJob) sampledOf(n int) int {
	if !j.sampled {
		return n
	}
	return int(int64(n) * int64(len(j.source.Rows)) / j.rows)
}
