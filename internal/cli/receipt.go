package cli

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"
	"golang.org/x/mod/sumdb/note"

	"telltale/internal/evidence"
	"telltale/internal/key"
)

func (p *program) receiptCommand() *cli.Command {
	return &cli.Command{
		Name:  "receipt",
		Usage: "receipts that recipients sign for their copies",
		Description: "export --receipt writes a receipt beside each copy, signed by the issuer. The recipient compares it with the file and\n" +
			"signs it; evidence pack --receipt takes the signed one. None of these commands needs a registry.",
		Subcommands: []*cli.Command{
			{Name: "key", Usage: "make a recipient's signing key", ArgsUsage: "NAME", Action: p.runReceiptKey,
				Flags: []cli.Flag{&cli.StringFlag{Name: "out", Usage: "`FILE` for the private key"}}},
			{Name: "sign", Usage: "sign a receipt as its recipient, for a copy that is at hand", ArgsUsage: "RECEIPT", Action: p.runReceiptSign,
				Flags: []cli.Flag{
					&cli.StringFlag{Name: "key", Usage: "`FILE` with the recipient's private key"},
					&cli.StringFlag{Name: "copy", Usage: "`FILE` that the receipt is for"},
					&cli.StringFlag{Name: "out", Usage: "`FILE` for the signed receipt"},
				}},
			{Name: "verify", Usage: "check both signatures of a receipt", ArgsUsage: "RECEIPT", Action: p.runReceiptVerify,
				Flags: []cli.Flag{
					&cli.StringFlag{Name: "issuer", Usage: "the issuer's public `KEY`, as ledger checkpoint shows it"},
					&cli.StringFlag{Name: "recipient", Usage: "the recipient's public `KEY`, as receipt key shows it"},
					&cli.StringFlag{Name: "copy", Usage: "`FILE` that it must be for"},
				}},
		},
	}
}

// maxReceipt is how long a receipt or a signing key may be, in bytes.
const maxReceipt = 64 << 10

func (p *program) runReceiptKey(c *cli.Context) error {
	args, err := arguments(c, 1, 1, "the recipient's name")
	if err != nil {
		return err
	}
	if c.String("out") == "" || strings.ContainsAny(args[0], " +\t\n") {
		return usageError("", "receipt key: give --out FILE, and a name without blanks and plus signs")
	}
	private, public, err := note.GenerateKey(rand.Reader, args[0])
	if err != nil {
		return err
	}
	if err := key.WriteFile(c.String("out"), []byte(private+"\n")); err != nil {
		return err
	}
	return p.print(map[string]any{"schema": "telltale.receipt-key/1", "public_key": public}, func(w io.Writer) {
		fmt.Fprintln(w, public)
		p.remark("%s: the private key; give the issuer the public one above", c.String("out"))
	})
}

func (p *program) runReceiptSign(c *cli.Context) error {
	args, err := arguments(c, 1, 1, "the receipt's file")
	if err != nil {
		return err
	}
	if c.String("key") == "" || c.String("copy") == "" || c.String("out") == "" {
		return usageError("", "receipt sign: give --key FILE, --copy FILE and --out FILE")
	}
	receipt, err := readSmall(args[0], maxReceipt)
	if err != nil {
		return err
	}
	if err := receiptIsFor(string(receipt), c.String("copy")); err != nil {
		return fmt.Errorf("%s: %w; nothing was signed", args[0], err)
	}
	private, err := readKeyFile(c.String("key"))
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(strings.TrimSpace(string(private)))
	if err != nil {
		return &failure{exit: exitKey, code: "key", err: fmt.Errorf("%s: %w", c.String("key"), err), hint: "give a key that telltale receipt key made"}
	}
	signed, err := evidence.Countersign(receipt, signer)
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	if err := p.writeOutput(c.String("out"), signed, false); err != nil {
		return err
	}
	p.remark("%s: signed as %s", c.String("out"), signer.Name())
	return nil
}

// receiptIsFor compares the digest in a receipt with that of a file.
func receiptIsFor(receipt, path string) error {
	digest, err := fileDigest(path)
	if err == nil && !strings.Contains(receipt, "\nsha256: "+digest+"\n") {
		err = fmt.Errorf("%w for %s: the file has SHA-256 %s", evidence.ErrReceipt, path, digest)
	}
	return err
}

func (p *program) runReceiptVerify(c *cli.Context) error {
	args, err := arguments(c, 1, 1, "the receipt's file")
	if err != nil {
		return err
	}
	issuer, err := note.NewVerifier(c.String("issuer"))
	var recipient note.Verifier
	if err == nil {
		recipient, err = note.NewVerifier(c.String("recipient"))
	}
	if err != nil {
		return usageError("public keys look like name+hash+key", "receipt verify: give --issuer KEY and --recipient KEY: %v", err)
	}
	receipt, err := readSmall(args[0], maxReceipt)
	if err != nil {
		return err
	}
	text, err := evidence.OpenReceipt(receipt, issuer, recipient)
	if path := c.String("copy"); path != "" && err == nil {
		err = receiptIsFor(text, path)
	}
	if errors.Is(err, evidence.ErrReceipt) {
		return &failure{exit: exitVerify, code: "verification", err: fmt.Errorf("%s: %w", args[0], err), hint: "do not rely on this receipt"}
	}
	if err != nil {
		return err
	}
	doc := map[string]any{"schema": "telltale.receipt/1", "valid": true, "text": text}
	return p.print(doc, func(w io.Writer) {
		_, _ = io.WriteString(w, printable(text))
		fmt.Fprintf(w, "signed by %s and %s\n", issuer.Name(), recipient.Name())
	})
}

// writeReceipts writes a receipt beside each copy.
func (j *exportJob) writeReceipts() error {
	for _, o := range j.copies {
		receipt, err := evidence.ReceiptOf(o.record).Sign(j.r.sign)
		if err != nil {
			return err
		}
		if err := j.p.writeOutput(o.path+".receipt", receipt, j.force); err != nil {
			return fmt.Errorf("%w (the copy is issued; telltale export list shows it)", err)
		}
	}
	return nil
}

// issuersReceipt checks a receipt that the recipient and one of the registry's
// keys signed: the one in force when the copy was issued.
func (k *packing) issuersReceipt(receipt []byte, recipient note.Verifier) (err error) {
	for _, w := range k.r.ring.writers {
		if _, err = evidence.OpenReceipt(receipt, w.Verifier, recipient); err == nil {
			return nil
		}
	}
	return err
}

// takeReceipt puts a receipt that the recipient signed into the bundle.
func (k *packing) takeReceipt(path, public string) error {
	if path == "" {
		return nil
	}
	recipient, err := note.NewVerifier(public)
	if err != nil {
		return usageError("the key looks like name+hash+key", "--receipt needs --recipient-key: %v", err)
	}
	receipt, err := readSmall(path, maxReceipt)
	if err == nil {
		err = k.issuersReceipt(receipt, recipient)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	k.bundle.Receipt = &evidence.SignedReceipt{PublicKey: public, Note: string(bytes.Clone(receipt))}
	return nil
}
