package cli

import (
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v2"

	"telltale/store"
)

func (p *program) ledgerCommand() *cli.Command {
	return &cli.Command{
		Name:  "ledger",
		Usage: "the append-only record of everything that was issued, seen and shown",
		Subcommands: []*cli.Command{
			{Name: "verify", Usage: "check that the registry says what was recorded, and that nothing is missing", Action: p.runLedgerVerify},
			{Name: "list", Usage: "list its entries", Action: p.runLedgerList},
			p.checkpointCommand(), p.consistencyCommand(), p.stampCommand(),
		},
	}
}

func (p *program) runLedgerVerify(c *cli.Context) error {
	if _, err := arguments(c, 0, 0, ""); err != nil {
		return err
	}
	return p.withUnsettled(c.Context, func(r *registry) error {
		report, err := store.Verify(c.Context, r.raw, r.sign)
		if err != nil {
			return err
		}
		doc := ledgerDoc{Schema: "telltale.ledger/1", Valid: report.Valid(), Entries: report.Entries, Checks: checkDocs(report)}
		if err := p.print(doc, func(w io.Writer) { writeLedger(w, doc) }); err != nil {
			return err
		}
		if !doc.Valid {
			return &failure{exit: exitVerify, code: "verification", err: fmt.Errorf("registry %s: verification failed", p.registryPath),
				hint: "the checks above say where the registry and its ledger differ; restore a backup, and do not rely on a match made with this registry"}
		}
		return nil
	})
}

type checkDoc struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Count  int64  `json:"count"`
	Detail string `json:"detail"`
}

type ledgerDoc struct {
	Schema  string     `json:"schema"`
	Valid   bool       `json:"valid"`
	Entries int64      `json:"entries"`
	Checks  []checkDoc `json:"checks"`
}

// writeChecks prints checks, those that found something with the word for it.
func writeChecks(w io.Writer, checks []checkDoc, bad string) {
	t := newTable("CHECK", "RESULT", "COUNT", "DETAIL")
	for _, check := range checks {
		result := "ok"
		if !check.OK {
			result = bad
		}
		t.AppendRow(table.Row{check.Name, result, check.Count, check.Detail})
	}
	render(w, t)
}

func writeLedger(w io.Writer, doc ledgerDoc) {
	writeChecks(w, doc.Checks, "FAILED")
	verdict := "the registry is what was recorded"
	if !doc.Valid {
		verdict = "the registry is NOT what was recorded"
	}
	fmt.Fprintf(w, "%d entries: %s\n", doc.Entries, verdict)
}

func (p *program) runLedgerList(c *cli.Context) error {
	if _, err := arguments(c, 0, 0, ""); err != nil {
		return err
	}
	type entryDoc struct {
		Seq     int64     `json:"seq"`
		At      time.Time `json:"at"`
		Kind    string    `json:"kind"`
		Subject string    `json:"subject"`
		Digest  string    `json:"digest"`
		Hash    string    `json:"hash"`
	}
	return p.with(c.Context, func(r *registry) error {
		docs := []entryDoc{}
		err := r.View(c.Context, func(tx store.Tx) error {
			return tx.Entries(func(e store.Entry) error {
				docs = append(docs, entryDoc{e.Seq, e.At, e.Kind, e.Subject, hex.EncodeToString(e.Digest[:]), leafHash(e)})
				return nil
			})
		})
		if err != nil {
			return err
		}
		return p.print(map[string]any{"schema": "telltale.ledger-entries/1", "entries": docs}, func(w io.Writer) {
			t := newTable("SEQ", "AT", "KIND", "SUBJECT", "HASH")
			for _, d := range docs {
				t.AppendRow(table.Row{d.Seq, stamp(d.At), d.Kind, d.Subject, d.Hash[:16]})
			}
			render(w, t)
		})
	})
}

func leafHash(e store.Entry) string {
	hash := e.LeafHash()
	return hex.EncodeToString(hash[:])
}

func checkDocs(report store.Report) []checkDoc {
	docs := []checkDoc{}
	for _, c := range report.Checks {
		detail := strings.Join(c.Failures, "; ")
		if more := c.Failed - int64(len(c.Failures)); more > 0 {
			detail += fmt.Sprintf("; and %d more", more)
		}
		docs = append(docs, checkDoc{c.Name, c.OK(), c.Count, detail})
	}
	return docs
}
