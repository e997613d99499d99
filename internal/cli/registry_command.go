package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"telltale/internal/erase"
	"telltale/store"
	"telltale/store/sqlite"
)

func (p *program) registryCommand() *cli.Command {
	return &cli.Command{
		Name: "registry", Usage: "check, copy and clean the registry itself",
		Subcommands: []*cli.Command{
			{Name: "check", Usage: "look at everything in it: structure, ledger, seals, indexes, proofs of erasures", Action: p.runRegistryCheck,
				Description: "Everything that ledger verify checks, and besides that every seal opens, every index can be read, and every\n" +
					"erasure changed nothing but what it says. Exit 5 when something is broken; the table says what, and what to do."},
			{Name: "backup", Usage: "copy it, while others may use it", ArgsUsage: "FILE", Action: p.runRegistryBackup,
				Description: "FILE is a complete registry of one moment, mode 0600, checked before it gets its name. It belongs to the same\n" +
					"key; keep the key elsewhere. It holds no persons that were forgotten before, and all that are forgotten later."},
			{Name: "purge", Usage: "remove the bytes of what was erased from the file and the log beside it", Action: p.runRegistryPurge},
			{Name: "erasures", Usage: "list what was forgotten and retired, and what was lost by it", Action: p.runErasures},
		},
	}
}

type backupDoc struct {
	Schema  string `json:"schema"`
	File    string `json:"file"`
	Entries int64  `json:"entries"` // of the ledger
	Root    string `json:"root"`    // of its tree, hexadecimal
}

func (p *program) runRegistryBackup(c *cli.Context) error {
	args, err := arguments(c, 1, 1, "the file to write")
	if err != nil {
		return err
	}
	path := args[0]
	if there, err := exists(path); err != nil || there {
		return errors.Join(err, &failure{exit: exitError, code: "exists", err: fmt.Errorf("backup %s: %w; nothing was written", path, store.ErrExists), hint: "choose another name: a backup is never written over another file"})
	}
	return p.withUnsettled(c.Context, func(r *registry) error {
		backuper, ok := r.raw.(store.Backuper)
		if !ok {
			return inputError("use the database's own tools", "registry %s: its backend makes no backups", p.registryPath)
		}
		if err := mkdirFor(path); err != nil {
			return err
		}
		if err := backuper.Backup(c.Context, path); err != nil {
			return err
		}
		signed, err := verifyCopy(c.Context, path, r)
		if err != nil {
			return err
		}
		doc := backupDoc{"telltale.backup/1", path, signed.Size, fmt.Sprintf("%x", signed.Root)}
		return p.print(doc, func(w io.Writer) {
			fmt.Fprintf(w, "%s: the registry with the first %d entries of its ledger, root %s\n", filepath.ToSlash(path), doc.Entries, doc.Root[:16])
			p.remark("It opens with the same key; keep that in another place.")
		})
	})
}

// verifyCopy opens a backup and checks it against its ledger.
func verifyCopy(ctx context.Context, path string, r *registry) (store.Checkpoint, error) {
	st, err := sqlite.Open(ctx, path, r.sign)
	if err != nil {
		return store.Checkpoint{}, err
	}
	defer st.Close()
	copied := &registry{Store: st, raw: st, ring: r.ring, sign: r.sign, now: r.now}
	report, err := store.Verify(ctx, st, r.sign)
	if err != nil {
		return store.Checkpoint{}, err
	}
	if !report.Valid() {
		return store.Checkpoint{}, &failure{exit: exitVerify, code: "verification", err: fmt.Errorf("backup %s: it was written, and does not verify", path),
			hint: "run telltale registry check: the registry itself is damaged; keep earlier backups"}
	}
	return copied.checkpoint(ctx)
}

func (p *program) runRegistryPurge(c *cli.Context) error {
	if _, err := arguments(c, 0, 0, ""); err != nil {
		return err
	}
	return p.withUnsettled(c.Context, func(r *registry) error {
		if err := r.purge(c.Context); err != nil {
			return err
		}
		return p.print(map[string]any{"schema": "telltale.purge/1", "purged": true}, func(w io.Writer) {
			fmt.Fprintln(w, "nothing that was deleted is left in the registry's files")
		})
	})
}

func (p *program) runErasures(c *cli.Context) error {
	if _, err := arguments(c, 0, 0, ""); err != nil {
		return err
	}
	return p.withRole(c.Context, store.Whole, func(r *registry) error {
		list := []erase.Statement{}
		err := r.View(c.Context, func(tx store.Tx) (err error) {
			list, err = erase.Statements(tx, r.ring)
			return err
		})
		if err != nil {
			return err
		}
		return p.print(map[string]any{"schema": "telltale.erasures/1", "erasures": list}, func(w io.Writer) {
			for i, s := range list {
				fmt.Fprintf(w, "%d  %s  %s\n", i+1, stamp(s.At), s.Kind)
				writeStatement(w, s)
				fmt.Fprintln(w)
			}
			if len(list) == 0 {
				fmt.Fprintln(w, "nothing was erased yet")
			}
		})
	})
}

type registryCheckDoc struct {
	Schema  string         `json:"schema"`
	Valid   bool           `json:"valid"`
	Entries int64          `json:"entries"`
	Checks  []remedyDoc    `json:"checks"`
	Counts  map[string]int `json:"counts"`
}

// remedyDoc is a check, and what to do where it failed.
type remedyDoc struct {
	checkDoc
	Remedy string `json:"remedy"`
}

func (p *program) runRegistryCheck(c *cli.Context) error {
	if _, err := arguments(c, 0, 0, ""); err != nil {
		return err
	}
	return p.withUnsettled(c.Context, func(r *registry) error {
		if err := r.allow(store.Whole); err != nil {
			return err
		}
		report, counts, err := r.check(c.Context)
		if err != nil {
			return err
		}
		doc := registryCheckDoc{Schema: "telltale.check/1", Valid: report.Valid(), Entries: report.Entries, Checks: []remedyDoc{}, Counts: counts}
		for _, d := range checkDocs(report) {
			doc.Checks = append(doc.Checks, remedyDoc{d, remedyFor(d)})
		}
		if err := p.print(doc, func(w io.Writer) { writeRegistryCheck(w, doc) }); err != nil {
			return err
		}
		if !doc.Valid {
			return &failure{exit: exitVerify, code: "verification", err: fmt.Errorf("registry %s: something in it is broken", p.registryPath),
				hint: "the checks above say what, and what to do"}
		}
		return nil
	})
}

func writeRegistryCheck(w io.Writer, doc registryCheckDoc) {
	checks := make([]checkDoc, len(doc.Checks))
	for i, check := range doc.Checks {
		checks[i] = check.checkDoc
	}
	writeChecks(w, checks, "BROKEN")
	for _, check := range doc.Checks {
		if check.Remedy != "" {
			fmt.Fprintf(w, "%s: %s\n", check.Name, check.Remedy)
		}
	}
	if doc.Valid {
		fmt.Fprintf(w, "%d ledger entries: everything is as it was recorded and can be used\n", doc.Entries)
	}
}
