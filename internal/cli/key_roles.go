package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	gopretty "github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v2"
	"golang.org/x/mod/sumdb/note"

	"telltale/internal/key"
	"telltale/store"
)

func (p *program) keyIssueCommand() *cli.Command {
	return &cli.Command{
		Name: "issue", Usage: "make a key for one task alone",
		Description: "An issuing key registers datasets and recipients and makes exports; it cannot list canaries, match, trace or map\n" +
			"aliases. An investigating key does those, and cannot issue. Only the whole key makes and revokes keys.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "role", Usage: "issuing or investigating"},
			&cli.StringFlag{Name: "out", Usage: "`FILE` for the new key"},
			&cli.BoolFlag{Name: "passphrase", Usage: "seal the key file with a passphrase (asked for, or TELLTALE_PASSPHRASE)"},
		},
		Action: p.runKeyIssue,
	}
}

func (p *program) keyRevokeCommand() *cli.Command {
	return &cli.Command{
		Name: "revoke", Usage: "end an issuing or investigating key", ArgsUsage: "ID",
		Description: "What was made with it stays: its exports are traced as before. It writes nothing from now on, and what it could read\n" +
			"of the registry is taken from it.",
		Action: p.runKeyRevoke,
	}
}

func (p *program) keyListCommand() *cli.Command {
	return &cli.Command{Name: "list", Usage: "the registry's keys, and what each may do", Action: p.runKeyList}
}

// addFirstKey records the key of a new registry, and draws what its copies are
// derived from. That does not follow from the key: who has the key of an earlier
// time, and not the registry of that time, has nothing.
func addFirstKey(tx store.Tx, master key.Secret, at time.Time) error {
	drawn, err := key.Generate(nil)
	if err != nil {
		return err
	}
	k, err := keyRecord(master, store.Whole, "", at, ledgerSigner(master))
	if err != nil {
		return err
	}
	if err := tx.AddKey(k); err != nil {
		return err
	}
	return tx.AddSecret(sealSecret(k, master, eraSubject+k.ID, era{secret: drawn}.doc(true)))
}

// keyRecord is the record of a new key, with its certificate.
func keyRecord(own key.Secret, role store.Role, before string, at time.Time, by ...note.Signer) (store.Key, error) {
	k := store.Key{ID: own.ID(), Role: role, Public: ledgerSigner(own).Public(), Box: own.BoxPublic(), AddedAt: at}
	var err error
	k.Certificate, err = note.Sign(&note.Note{Text: k.CertificateText(before)}, by...)
	return k, err
}

func (p *program) runKeyIssue(c *cli.Context) error {
	if _, err := arguments(c, 0, 0, ""); err != nil {
		return err
	}
	role, out := store.Role(c.String("role")), c.String("out")
	if role != store.Issuing && role != store.Investigating || out == "" {
		return usageError("for instance --role issuing --out export.key", "key issue: give --role issuing or --role investigating, and --out FILE")
	}
	if there, err := exists(out); err != nil || there {
		return errors.Join(err, existsAlready(out))
	}
	return p.withRole(c.Context, store.Whole, func(r *registry) error {
		if err := r.mayDelegate(role); err != nil {
			return err
		}
		own, text, err := p.newKey(c.Bool("passphrase"))
		if err != nil {
			return err
		}
		if err := key.WriteFile(out, text); err != nil { // first: a key that nobody has could not be revoked by its holder
			return err
		}
		err = r.Update(c.Context, func(tx store.Tx) error { return r.grant(tx, own, role) })
		if err != nil {
			return errors.Join(err, os.Remove(out))
		}
		doc := map[string]any{"schema": "telltale.key-issue/1", "key": own.ID(), "role": role, "file": out}
		return p.print(doc, func(w io.Writer) { fmt.Fprintf(w, "%s  %s key %s\n", out, role, own.ID()) })
	})
}

func existsAlready(path string) error {
	return &failure{exit: exitError, code: "exists", err: fmt.Errorf("%s: %w", path, fs.ErrExist), hint: "a key is never overwritten; choose another --out"}
}

// newKey draws a key, and writes the text of its file.
func (p *program) newKey(sealed bool) (own key.Secret, text []byte, err error) {
	if own, err = key.Generate(nil); err != nil {
		return own, nil, err
	}
	phrase, err := p.newPassphrase(sealed)
	if err != nil {
		return own, nil, err
	}
	text, err = key.Encode(own, phrase)
	return own, text, err
}

// mayDelegate refuses to hand a whole key to an investigator under another
// name: registries of earlier versions derived everything from the key itself.
func (r *registry) mayDelegate(role store.Role) error {
	if len(r.ring.keys) > 0 && (role != store.Investigating || !r.ring.eras[r.ring.record.ID].secret.Equal(r.ring.own)) {
		return nil
	}
	return &failure{exit: exitError, code: "rotate-first", err: errors.New("this registry is older than roles: its copies are derived from the key itself, which would have to be handed out"),
		hint: "run telltale key rotate once; old exports stay traceable"}
}

// grant lets a new key in and gives it what its role needs.
func (r *registry) grant(tx store.Tx, own key.Secret, role store.Role) error {
	k, err := keyRecord(own, role, "", r.now(), r.sign)
	if err != nil {
		return err
	}
	k.Anchor = own.Derive("seal/anchor").Seal([]byte(r.sign.Public()), []byte(k.ID))
	if err := tx.AddKey(k); err != nil {
		return err
	}
	r.ring.keys = append(r.ring.keys, k)
	if role == store.Issuing {
		if err := r.newEra(tx, k, own); err != nil {
			return err
		}
		return r.spread(tx)
	}
	return r.giveEras(tx, k, own)
}

// giveEras gives a new key all that the whole key can read.
func (r *registry) giveEras(tx store.Tx, k store.Key, own key.Secret) error {
	for _, id := range r.ring.order {
		if err := tx.AddSecret(sealSecret(k, own, eraSubject+id, r.ring.eras[id].doc(true))); err != nil {
			return err
		}
	}
	return nil
}

// newEra draws what an issuing key derives its copies from, and gives it to the
// key, and to all who investigate with what the key itself cannot open.
func (r *registry) newEra(tx store.Tx, k store.Key, own key.Secret) error {
	secret, err := key.Generate(nil)
	if err != nil {
		return err
	}
	reader, err := key.Generate(nil)
	if err != nil {
		return err
	}
	e := era{role: store.Issuing, secret: secret, reader: &reader, public: reader.BoxPublic()}
	r.ring.add(k.ID, e)
	for _, s := range []store.Secret{sealSecret(k, own, eraSubject+k.ID, e.doc(false)),
		sealSecret(r.ring.record, r.ring.own, eraSubject+k.ID, e.doc(true))} {
		if err := tx.AddSecret(s); err != nil {
			return err
		}
	}
	return r.tellInvestigators(tx, k.ID)
}

// tellInvestigators gives a new era to those who investigate.
func (r *registry) tellInvestigators(tx store.Tx, id string) error {
	for _, holder := range r.ring.keys {
		if holder.Role != store.Investigating || holder.Ended > 0 {
			continue
		}
		s, err := boxSecret(holder, r.sign, eraSubject+id, r.ring.eras[id].doc(true))
		if err == nil {
			err = tx.AddSecret(s)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *program) runKeyRevoke(c *cli.Context) error {
	args, err := arguments(c, 1, 1, "the key's id, as key list shows it")
	if err != nil {
		return err
	}
	return p.withRole(c.Context, store.Whole, func(r *registry) error {
		if args[0] == r.ring.record.ID {
			return inputError("telltale key rotate puts another in its place", "key %s: it is the whole key, without which nothing can be read", args[0])
		}
		if err := r.Update(c.Context, func(tx store.Tx) error { return tx.EndKey(args[0]) }); err != nil {
			return err
		}
		return p.print(map[string]any{"schema": "telltale.key-revoke/1", "key": args[0]}, func(w io.Writer) { fmt.Fprintf(w, "key %s may write no more\n", args[0]) })
	})
}

type keyDoc struct {
	ID      string     `json:"key"`
	Role    store.Role `json:"role"`
	Public  string     `json:"public_key"`
	AddedAt time.Time  `json:"added_at,omitzero"`
	Ended   bool       `json:"ended"`
	This    bool       `json:"this"` // the one that the command was given
}

func (p *program) runKeyList(c *cli.Context) error {
	if _, err := arguments(c, 0, 0, ""); err != nil {
		return err
	}
	return p.with(c.Context, func(r *registry) error {
		docs := []keyDoc{}
		for _, k := range r.ring.keys {
			docs = append(docs, keyDoc{k.ID, k.Role, k.Public, k.AddedAt, k.Ended > 0, k.ID == r.ring.record.ID})
		}
		if len(docs) == 0 {
			docs = append(docs, keyDoc{ID: r.ring.first, Role: store.Whole, Public: r.sign.Public(), This: true})
		}
		return p.print(map[string]any{"schema": "telltale.keys/1", "keys": docs}, func(w io.Writer) {
			t := newTable("KEY", "ROLE", "SINCE", "STATE")
			for _, d := range docs {
				state := map[bool]string{true: "ended", false: "in force"}[d.Ended]
				if d.This {
					state += ", this one"
				}
				since := ""
				if !d.AddedAt.IsZero() {
					since = stamp(d.AddedAt)
				}
				t.AppendRow(gopretty.Row{d.ID, d.Role, since, state})
			}
			render(w, t)
		})
	})
}
