package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"telltale/internal/erase"
	"telltale/internal/identity"
	"telltale/match"
	"telltale/store"
)

func (p *program) forgetCommand() *cli.Command {
	return &cli.Command{
		Name: "forget", Usage: "erase a person from the registry, and say what evidence is lost by it",
		Description: "A person is known by CONTACT: an e-mail address, a telephone number, a personal number, a customer number of six\n" +
			"characters or more. All their rows go from the link index, with what was learned and read of them. What others\n" +
			"did is still traced and proven; telltale registry check proves at any time that nothing else changed.\n" +
			"A contact is not kept, but your shell may keep it: - reads contacts from standard input, one a line.\n" +
			"Erase the person from your own tables too, and from backups of the registry: the next export would bring them back.",
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "person", Usage: "`CONTACT` of the person; may be repeated; - reads contacts from standard input"},
			&cli.StringFlag{Name: "persons", Usage: "`FILE` with one contact a line"},
			&cli.StringSliceFlag{Name: "dataset", Usage: "only dataset `NAME`; may be repeated"},
			&cli.BoolFlag{Name: "dry-run", Usage: "say what would be lost, and change nothing"},
			&cli.BoolFlag{Name: "many", Usage: fmt.Sprintf("erase rows of a contact that stands in more than %d of a table", erase.MostRows)},
		},
		Action: p.runForget,
	}
}

// errDryRun gives up a transaction that was to be tried only.
var errDryRun = errors.New("nothing was changed")

func (p *program) runForget(c *cli.Context) error {
	if _, err := arguments(c, 0, 0, ""); err != nil {
		return err
	}
	contacts, err := p.persons(c)
	if err != nil {
		return err
	}
	request := erase.Request{Contacts: contacts, Datasets: c.StringSlice("dataset"), Many: c.Bool("many")}
	return p.withRole(c.Context, store.Whole, func(r *registry) error {
		if err := r.notOurs(c.Context, contacts); err != nil {
			return err
		}
		doc := erasureDoc{Schema: "telltale.forget/1", DryRun: c.Bool("dry-run")}
		err := r.Update(c.Context, func(tx store.Tx) error {
			found, err := erase.Find(c.Context, tx, r.ring, request)
			if err != nil {
				return err
			}
			doc.Statement, err = found.Forget(c.Context, tx, r.sightingCodec, p.Now())
			if err == nil && doc.DryRun {
				err = errDryRun
			}
			return err
		})
		if err := forgetFailure(err); err != nil {
			return err
		}
		return p.reportErasure(c.Context, r, doc)
	})
}

// forgetFailure says what to do about an error; nothing erased is none.
func forgetFailure(err error) error {
	var common *erase.CommonError
	switch {
	case errors.Is(err, errDryRun), errors.Is(err, erase.ErrNothing):
		return nil
	case errors.As(err, &common):
		return inputError("name the person by another contact; or erase all these rows with --many", "%w; nothing was erased", err)
	case errors.Is(err, erase.ErrNoContact):
		return usageError("write it as in the table, or as ann@example.org, +44 7700 900123", "forget: %w; nothing was erased", err)
	}
	return err
}

// persons reads the contacts from the flags, standard input and a file.
func (p *program) persons(c *cli.Context) ([]string, error) {
	var contacts []string
	for _, contact := range c.StringSlice("person") {
		if contact != "-" {
			contacts = append(contacts, contact)
			continue
		}
		lines, err := contactLines("standard input", p.In)
		if err != nil {
			return nil, err
		}
		contacts = append(contacts, lines...)
	}
	if name := c.String("persons"); name != "" {
		f, err := openRegular(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		lines, err := contactLines(name, f)
		if err != nil {
			return nil, err
		}
		contacts = append(contacts, lines...)
	}
	if len(contacts) == 0 {
		return nil, usageError("see telltale forget --help", "forget: give --person CONTACT, or --persons FILE")
	}
	return contacts, nil
}

// contactLines reads one contact a line; empty lines and lines with # are passed over.
func contactLines(name string, in io.Reader) (out []string, err error) {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(out) == 0 {
		return nil, inputError("one contact a line", "%s: there is no contact in it", name)
	}
	return out, nil
}

// notOurs refuses contacts of the pools: they are the user's own, and canaries
// that are out carry them.
func (r *registry) notOurs(ctx context.Context, contacts []string) error {
	return r.View(ctx, func(tx store.Tx) error {
		locales, err := localesOf(tx)
		if err != nil {
			return err
		}
		for _, kind := range []string{poolPhone, poolEmail} {
			pool, err := tx.Contacts(kind)
			if err != nil {
				return err
			}
			ours := map[uint64]bool{}
			for _, c := range pool {
				ours[c.Lookup] = true
			}
			for i, contact := range contacts {
				for _, locale := range locales {
					v, ok := identity.Canonical(poolKind(kind), contact, locale)
					if ok && slices.ContainsFunc(r.everyLookup(kind, v), func(l uint64) bool { return ours[l] }) {
						return inputError("it is yours; telltale pool retire keeps it out of further copies", "contact %d is in the pool of contacts for canaries; nothing was erased", i+1)
					}
				}
			}
		}
		return nil
	})
}

// localesOf are those of all datasets, and none.
func localesOf(tx store.Tx) ([]string, error) {
	locales := []string{""}
	datasets, err := tx.Datasets()
	for _, d := range datasets {
		for _, s := range d.Schemes {
			if rules, err := schemeOf(s); err == nil && !slices.Contains(locales, rules.Locale) {
				locales = append(locales, rules.Locale)
			}
		}
	}
	return locales, err
}

// sightingCodec lets change look at the reading of a sighting; see erase.Codec.
func (r *registry) sightingCodec(s store.Sighting, change func(*match.Reading) (match.LostReading, bool)) ([]byte, error) {
	plain, err := r.unseal("sighting", s.Case+"/"+s.ID, s.Sealed)
	if err != nil {
		return nil, err
	}
	var record sightingRecord
	if err := json.Unmarshal(plain, &record); err != nil {
		return nil, err
	}
	reading := new(match.Reading)
	if err := reading.UnmarshalBinary(record.Reading); err != nil {
		return nil, err
	}
	lost, changed := change(reading)
	if !changed {
		return nil, nil
	}
	if lost.Message {
		record.Contact = ""
	}
	if record.Reading, err = reading.MarshalBinary(); err != nil {
		return nil, err
	}
	if plain, err = json.Marshal(record); err != nil {
		return nil, err
	}
	return r.seal("sighting", s.Case+"/"+s.ID, plain), nil
}
