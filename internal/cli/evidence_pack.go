package cli

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/internal/erase"
	"telltale/internal/evidence"
	"telltale/internal/table"
	"telltale/match"
	"telltale/match/link"
	"telltale/store"
)

// packing is one run of evidence pack.
type packing struct {
	p       *program
	r       *registry
	name    string // of the case
	engine  *match.Engine
	options table.Options
	leaks   map[string]string // SHA-256 -> path

	records  []sightingRecord
	sealed   []store.Sighting
	readings []*match.Reading
	result   match.Result

	export      store.Export
	scheme      store.Scheme
	rules       fingerprint.Scheme
	kept        evidence.Kept // of forgotten rows
	chosenAmong int           // copies, where one was chosen after the leak was seen

	collector *evidence.Collector
	input     int // that is being read
	bundle    *evidence.Bundle
}

func (p *program) runEvidencePack(c *cli.Context) error {
	args, err := arguments(c, 1, 1, "the case's name")
	if err != nil {
		return err
	}
	if c.String("out") == "" {
		return usageError("", "evidence pack: give --out FILE")
	}
	k := &packing{p: p, name: args[0], leaks: map[string]string{}}
	if k.options, err = inputOptions(c); err != nil {
		return err
	}
	options, err := p.matchOptions(c)
	if err != nil {
		return err
	}
	options.All = true
	options.Rows = func(row match.FileRow) { k.collector.Row(k.input, row) }
	return p.withRole(c.Context, store.Investigating, func(r *registry) error {
		k.r = r
		data, err := k.run(c, options)
		if err != nil {
			return err
		}
		if err := p.writeOutput(c.String("out"), data, c.Bool("force")); err != nil {
			return err
		}
		return k.report(c.String("out"), data)
	})
}

func (k *packing) run(c *cli.Context, options match.Options) ([]byte, error) {
	ctx := c.Context
	for _, path := range c.StringSlice("leak") {
		if err := checkReadTwice(path); err != nil {
			return nil, err
		}
		digest, err := evidence.FileDigest(path)
		if err != nil {
			return nil, err
		}
		k.leaks[digest] = path
	}
	if err := k.decide(ctx, options); err != nil {
		return nil, err
	}
	recipient, err := k.accused(c.String("recipient"))
	if err != nil {
		return nil, err
	}
	k.begin(c.String("by"))
	if err := k.chooseCopy(ctx, recipient, c.String("export")); err != nil {
		return nil, err
	}
	if err := k.p.note(ctx, k.r, "evidence", k.name, []byte(k.export.ID)); err != nil {
		return nil, err
	}
	k.begin(c.String("by"))
	if err := k.takeReceipt(c.String("receipt"), c.String("recipient-key")); err != nil {
		return nil, err
	}
	return k.pack(ctx, c.StringSlice("checkpoint"))
}

func (k *packing) begin(by string) {
	k.bundle = &evidence.Bundle{Tool: "telltale " + version(), Case: k.name, By: by, Created: k.p.Now().UTC(), PublicKey: k.r.sign.Public()}
}

// pack makes the bundle for the copy that was loaded.
func (k *packing) pack(ctx context.Context, checkpoints []string) ([]byte, error) {
	rows, err := k.loadRecords(ctx, checkpoints)
	if err != nil {
		return nil, err
	}
	root, err := k.r.ring.Root(k.export.Dataset, k.export.Scheme)
	if err != nil {
		return nil, err
	}
	committer, err := evidence.NewCommitter(k.rules, k.export.Dataset, root)
	if err != nil {
		return nil, err
	}
	committer.Keep(k.kept)
	k.collector = evidence.NewCollector(committer, k.export.Scheme, rows)
	if err := k.readAgain(ctx); err != nil {
		return nil, err
	}
	seen, err := k.seen(ctx)
	if err != nil {
		return nil, err
	}
	return evidence.Pack(k.bundle, k.collector, seen, k.r.sign)
}

// decide weighs the case as it stands.
func (k *packing) decide(ctx context.Context, options match.Options) (err error) {
	if k.records, k.sealed, err = k.r.sightings(ctx, k.name); err != nil {
		return err
	}
	if k.readings, err = k.r.readings(ctx, k.name); err != nil {
		return err
	}
	if len(k.readings) == 0 {
		return inputError("add sightings with match --case or trace --case", "case %s: it has no sightings", k.name)
	}
	if k.engine, err = k.r.engine(ctx, options); err != nil {
		return err
	}
	k.result, err = k.engine.Decide(ctx, k.readings)
	return err
}

// accused finds the recipient that the bundle is about.
func (k *packing) accused(recipient string) (string, error) {
	var accused []string
	for _, s := range k.result.Suspects {
		if s.Accused {
			accused = append(accused, s.Recipient)
		}
	}
	switch {
	case recipient == "" && len(accused) == 0:
		return "", &failure{exit: exitError, code: "not-attributed", err: fmt.Errorf("case %s: %w", k.name, errNobody),
			hint: "add more sightings, or give --recipient to pack evidence that is not sufficient and says so"}
	case recipient == "" && len(accused) > 1:
		return "", usageError("pack one bundle for each", "case %s names %s: give --recipient", k.name, strings.Join(accused, ", "))
	case recipient == "":
		return accused[0], nil
	}
	return recipient, nil
}

func (k *packing) load(ctx context.Context, recipient, id string) error {
	return k.r.View(ctx, func(tx store.Tx) (err error) {
		if k.export, err = tx.Export(id); err != nil {
			return err
		}
		if k.export.Recipient != recipient {
			return inputError("telltale export list shows them", "export %s: it was issued to %s, not to %s", id, k.export.Recipient, recipient)
		}
		if !k.export.Retired.IsZero() {
			return inputError("choose another copy of the same recipient with --export", "export %s: it was retired on %s: its rows and canaries can no longer be shown", id, day(k.export.Retired))
		}
		d, err := tx.Dataset(k.export.Dataset)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(d.Schemes, func(s store.Scheme) bool { return s.Version == k.export.Scheme })
		if at < 0 {
			return fmt.Errorf("scheme %d of dataset %s: %w", k.export.Scheme, d.Name, store.ErrNotFound)
		}
		k.scheme = d.Schemes[at]
		k.rules, err = schemeOf(k.scheme)
		return err
	})
}

// loadRecords fills in what was recorded, with proofs, and returns the rows of
// the snapshot.
func (k *packing) loadRecords(ctx context.Context, checkpoints []string) (*link.RowSet, error) {
	rows := link.NewRowSet(link.Spec{Columns: k.rules.Columns, Locale: k.rules.Locale})
	return rows, k.r.View(ctx, func(tx store.Tx) error {
		if err := k.loadExport(tx); err != nil {
			return err
		}
		var err error
		if k.kept, err = erase.Kept(tx, k.r.ring, k.export); err != nil {
			return err
		}
		if k.loadSightings(); len(k.bundle.Inputs) == 0 {
			return inputError("a bundle rests on rows of files, and on canaries in files and messages; shared canaries, relay addresses and who complains stay out of it, whatever match and trace make of them", "case %s: it has neither a file nor a message with a canary of this copy", k.name)
		}
		if err := k.loadLedger(tx, checkpoints); err != nil {
			return err
		}
		return tx.Chunks(k.export.Snapshot, func(c store.Chunk) error {
			return rows.Take(link.Chunk{Segment: c.Segment, Column: c.Column, Part: c.Part, Data: c.Data})
		})
	})
}

func (k *packing) loadExport(tx store.Tx) error {
	snapshot, err := tx.Snapshot(k.export.Snapshot)
	if err != nil {
		return err
	}
	canaries, err := tx.(sealedTx).Tx.Canaries(k.export.ID) // as the ledger committed to them
	if err != nil {
		return err
	}
	profile := k.scheme.ProfileSum()
	b, e := k.bundle, k.export
	b.Dataset = evidence.DatasetRecord{Name: e.Dataset, Version: e.Scheme, Rules: string(k.scheme.Rules), Profile: profile[:], Micros: k.scheme.AddedAt.UnixMicro(), Key: k.scheme.Key}
	b.Snapshot = evidence.SnapshotRecord{ID: snapshot.ID, Rows: snapshot.Rows, SHA256: snapshot.SHA256, Index: snapshot.Index, Micros: snapshot.Recorded.UnixMicro()}
	b.Export = evidence.ExportRecord{ID: e.ID, Recipient: e.Recipient, State: string(e.State), File: e.File, SHA256: e.SHA256, Bytes: e.Bytes, Rows: e.Rows,
		MarkedCells: e.MarkedCells, ChangedCells: e.ChangedCells, Canaries: e.Canaries, Shared: e.Shared, Withheld: e.Withheld, WithholdRate: e.WithholdRate,
		Density: e.Density, Micros: e.IssuedAt.UnixMicro(), Commitments: e.Commitments, Cover: e.Cover, Digests: []evidence.Hex{}}
	for _, c := range canaries {
		d := c.Digest()
		b.Export.Digests = append(b.Export.Digests, d[:])
	}
	return nil
}

// loadSightings takes the files of the case, and the messages that a canary of
// the copy was seen in.
func (k *packing) loadSightings() {
	k.bundle.Sightings, k.bundle.Inputs = []evidence.Sighting{}, []evidence.Input{}
	known := map[string]bool{}
	for i, s := range k.sealed {
		if s.Kind != "file" && !k.shows(k.readings[i]) {
			continue
		}
		sealed := s.SealedSum()
		k.bundle.Sightings = append(k.bundle.Sightings, evidence.Sighting{ID: s.ID, Seq: s.Seq, Kind: s.Kind, SHA256: s.SHA256,
			Seen: s.SeenAt.UnixMicro(), Micros: s.Recorded.UnixMicro(), Sealed: sealed[:]})
		if !known[s.SHA256] {
			known[s.SHA256] = true
			in := evidence.Input{Name: k.records[i].Name, SHA256: s.SHA256, Sample: ^uint64(0)}
			for _, x := range k.readings[i].Inputs {
				in.Bytes = x.Bytes
			}
			k.bundle.Inputs = append(k.bundle.Inputs, in)
		}
	}
}

func (k *packing) shows(r *match.Reading) bool {
	return slices.ContainsFunc(r.Sightings, func(s match.Sighting) bool {
		return slices.ContainsFunc(s.Canaries, func(c match.SightedCanary) bool { return c.Export == k.export.ID })
	})
}

// wanted tells whether an entry belongs into the bundle.
func (k *packing) wanted() func(store.Entry) bool {
	subjects := map[[2]string]bool{
		{store.KindScheme, k.scheme.Subject(k.export.Dataset)}: true,
		{store.KindSnapshot, k.export.Snapshot}:                true,
		{store.KindExport, k.export.ID}:                        true,
		{store.KindIssue, k.export.ID}:                         true,
		{store.KindCase, k.name}:                               true,
		{"decision", k.name}:                                   true,
		{"evidence", k.name}:                                   true,
	}
	for _, s := range k.bundle.Sightings {
		subjects[[2]string{store.KindSighting, fmt.Sprintf("%s/%d", k.name, s.Seq)}] = true
	}
	return func(e store.Entry) bool { return subjects[[2]string{e.Kind, e.Subject}] }
}

// readAgain reads the files of the case for the rows that they show.
func (k *packing) readAgain(ctx context.Context) error {
	files := map[string]bool{}
	for _, s := range k.bundle.Sightings {
		if s.Kind == "file" {
			files[s.SHA256] = true
		}
	}
	for i := range k.bundle.Inputs {
		in := &k.bundle.Inputs[i]
		if !files[in.SHA256] {
			continue
		}
		path, err := k.find(*in)
		if err != nil {
			return err
		}
		f, err := table.Open(path, k.options)
		if err != nil {
			return err
		}
		k.input = i
		bar := k.p.progress(f, "reading again")
		_, err = k.engine.File(ctx, f, match.Seen{Name: in.Name})
		bar.stop()
		f.Close()
		if err != nil {
			return err
		}
		in.Rows = k.collector.Begin()
		in.Sample = evidence.SampleOf(in.Rows)
	}
	return nil
}

// find is where an input of the case is.
func (k *packing) find(in evidence.Input) (string, error) {
	if path, ok := k.leaks[in.SHA256]; ok {
		return path, nil
	}
	if fileHasDigest(in.Name, in.SHA256) {
		return in.Name, nil
	}
	return "", inputError("name it with --leak FILE", "%s: it is no longer there as it was when the case was made (SHA-256 %s)", in.Name, in.SHA256)
}

// seen is what the inputs showed besides rows.
func (k *packing) seen(ctx context.Context) (evidence.Seen, error) {
	_, canaries, err := k.r.plantedIn(ctx, k.export.ID)
	s := evidence.Seen{Canaries: canaries, Hits: k.result.Canaries, Looked: k.result.Looked, Result: k.result, Copies: k.chosenAmong}
	if s.Canaries == nil {
		s.Canaries = []canary.Canary{}
	}
	s.Floor = k.result.ControlNull
	return s, err
}

func (k *packing) report(path string, data []byte) error {
	r := k.bundle.Result
	accused := slices.ContainsFunc(k.result.Suspects, func(s match.Suspect) bool { return s.Accused && s.Recipient == k.export.Recipient })
	doc := map[string]any{"schema": "telltale.evidence-pack/1", "file": path, "sha256": fmt.Sprintf("%x", sha256.Sum256(data)), "bytes": len(data),
		"recipient": k.export.Recipient, "export": k.export.ID, "result": r, "public_key": k.bundle.PublicKey, "left_out": k.bundle.LeftOut}
	return k.p.print(doc, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %s\n", path, printable(k.bundle.Proposition))
		fmt.Fprintf(w, "log10 likelihood ratio %.1f by the bundle's own formulas; bound on a false accusation %.1g\n", r.Log10LR, r.Bound)
		for _, what := range k.bundle.LeftOut {
			fmt.Fprintf(w, "not weighed in it: %s\n", what)
		}
		switch {
		case r.Passes:
		case accused:
			fmt.Fprintf(w, "This is NOT sufficient by itself, and the bundle says so: match accuses %s by more than a bundle may open. The bundle alone does not reach the bound.\n", k.export.Recipient)
		default:
			fmt.Fprintln(w, "This is NOT sufficient by itself, and the bundle says so.")
		}
		fmt.Fprintln(w, "It holds cells of the leak in clear. Check it with: telltale evidence verify "+path)
	})
}
