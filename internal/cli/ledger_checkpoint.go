package cli

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"telltale/store"
)

func (p *program) checkpointCommand() *cli.Command {
	return &cli.Command{
		Name: "checkpoint", Usage: "write the ledger's signed state, to be kept where nobody can change it",
		Description: "A checkpoint commits to everything that was recorded up to now, and tells nothing of it. Publish it, print it or\n" +
			"give it to others: whoever keeps one can tell later whether anything before it was changed or taken away\n" +
			"(ledger consistency). It is a signed note as transparency logs use it.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "out", Usage: "write it to `FILE` instead of standard output"},
			&cli.BoolFlag{Name: "force", Usage: forceUsage},
		},
		Action: p.runCheckpoint,
	}
}

type checkpointDoc struct {
	Schema    string `json:"schema"`
	Origin    string `json:"origin"`
	Size      int64  `json:"size"`
	Root      string `json:"root"`
	Note      string `json:"note"`
	PublicKey string `json:"public_key"`
}

func (p *program) runCheckpoint(c *cli.Context) error {
	if _, err := arguments(c, 0, 0, ""); err != nil {
		return err
	}
	return p.with(c.Context, func(r *registry) error {
		signed, err := r.checkpoint(c.Context)
		if err != nil {
			return err
		}
		doc := checkpointDoc{"telltale.checkpoint/1", signed.Origin, signed.Size, base64.StdEncoding.EncodeToString(signed.Root[:]),
			string(signed.Text), r.sign.Public()}
		if out := c.String("out"); out != "" {
			if err := p.writeOutput(out, signed.Text, c.Bool("force")); err != nil {
				return err
			}
			p.remark("%s: the ledger's first %d entries", out, signed.Size)
		}
		p.remark("public key: %s", doc.PublicKey)
		if c.String("out") != "" && !p.json {
			return nil
		}
		return p.print(doc, func(w io.Writer) { _, _ = w.Write(signed.Text) })
	})
}

// checkpoint is the ledger's state, its signature checked.
func (r *registry) checkpoint(ctx context.Context) (signed store.Checkpoint, err error) {
	err = r.View(ctx, func(tx store.Tx) error {
		if signed, err = tx.Checkpoint(); err == nil {
			signed, _, err = r.ring.writers.Read(signed.Text)
		}
		return err
	})
	return signed, err
}

func (p *program) consistencyCommand() *cli.Command {
	return &cli.Command{
		Name: "consistency", Usage: "prove that the ledger has only grown since a checkpoint", ArgsUsage: "OLD [NEW]",
		Description: "OLD and NEW are files written by ledger checkpoint; without NEW, the ledger's present state is taken. The\n" +
			"proof is computed from the entries and checked against what both checkpoints were signed over.",
		Action: p.runConsistency,
	}
}

type consistencyDoc struct {
	Schema string   `json:"schema"`
	Valid  bool     `json:"valid"`
	Old    int64    `json:"old"`
	New    int64    `json:"new"`
	Proof  []string `json:"proof"` // hashes in base64, RFC 6962
}

func (p *program) runConsistency(c *cli.Context) error {
	args, err := arguments(c, 1, 2, "the older checkpoint, and the newer one if it is not the present state")
	if err != nil {
		return err
	}
	return p.withUnsettled(c.Context, func(r *registry) error {
		older, err := r.readCheckpoint(args[0])
		if err != nil {
			return err
		}
		newer, err := r.checkpoint(c.Context)
		if len(args) == 2 && err == nil {
			newer, err = r.readCheckpoint(args[1])
		}
		if err != nil {
			return err
		}
		hashes, err := r.prove(c.Context, older, newer)
		if err != nil {
			return &failure{exit: exitVerify, code: "verification", err: err,
				hint: "what was recorded before the older checkpoint was changed or taken away, or the registry is an older copy: do not rely on it"}
		}
		doc := consistencyDoc{"telltale.consistency/1", true, older.Size, newer.Size, []string{}}
		for _, h := range hashes {
			doc.Proof = append(doc.Proof, base64.StdEncoding.EncodeToString(h))
		}
		return p.print(doc, func(w io.Writer) {
			fmt.Fprintf(w, "the ledger of %d entries begins with the %d entries of %s: nothing was changed or taken away\n", newer.Size, older.Size, args[0])
		})
	})
}

func (r *registry) prove(ctx context.Context, older, newer store.Checkpoint) (hashes [][]byte, err error) {
	err = r.View(ctx, func(tx store.Tx) error {
		prover, err := store.NewProver(tx)
		if err == nil {
			hashes, err = prover.Consistency(older.Size, newer.Size)
		}
		if err != nil {
			return err
		}
		return store.VerifyConsistency(older, newer, hashes)
	})
	return hashes, err
}

// maxCheckpoint is how long a checkpoint's file may be, in bytes.
const maxCheckpoint = 64 << 10

func (r *registry) readCheckpoint(path string) (store.Checkpoint, error) {
	text, err := readSmall(path, maxCheckpoint)
	if err != nil {
		return store.Checkpoint{}, err
	}
	c, _, err := r.ring.writers.Read(text)
	if err != nil {
		return c, &failure{exit: exitVerify, code: "verification", err: fmt.Errorf("%s: %w", path, err), hint: "give a file that ledger checkpoint wrote, of this registry"}
	}
	return c, nil
}

// readSmall reads a file of at most limit bytes.
func readSmall(path string, limit int64) ([]byte, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s: %w: it has more than %d bytes", path, errTooLarge, limit)
	}
	return data, err
}

var errTooLarge = errors.New("not such a file")
