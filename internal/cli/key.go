package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"telltale/internal/key"
)

func (p *program) keyCommand() *cli.Command {
	return &cli.Command{
		Name:  "key",
		Usage: "keys: changed, issued for one task alone, split among several persons and joined again",
		Subcommands: []*cli.Command{
			p.keyRotateCommand(), p.keyIssueCommand(), p.keyRevokeCommand(), p.keyListCommand(),
			{
				Name: "split", Usage: "split the key into shares, so that nobody alone can read canaries or accuse",
				Description: "Each share goes to another person. When all are handed out and key join was tried, remove the key file: from then\n" +
					"on commands need a joined key, for which --key-file or TELLTALE_KEY_COMMAND may name a temporary file.",
				Flags: []cli.Flag{
					&cli.IntFlag{Name: "shares", Value: 5, Usage: "how many, 2 to 255"},
					&cli.IntFlag{Name: "needed", Value: 3, Usage: "how many of them make up the key"},
					&cli.StringFlag{Name: "out", Usage: "`DIR` for the shares"},
				},
				Action: p.runKeySplit,
			},
			{
				Name: "join", Usage: "make the key up from shares", ArgsUsage: "SHARE...",
				Flags:  []cli.Flag{&cli.StringFlag{Name: "out", Usage: "`FILE` for the key, or - for standard output"}},
				Action: p.runKeyJoin,
			},
		},
	}
}

func (p *program) runKeySplit(c *cli.Context) error {
	if _, err := arguments(c, 0, 0, ""); err != nil {
		return err
	}
	n, k, dir := c.Int("shares"), c.Int("needed"), c.String("out")
	if dir == "" || k < 2 || k > n || n > key.MaxShares {
		return usageError("for instance --shares 5 --needed 3 --out shares", "key split: give --out DIR, and at least 2 needed of at most %d shares", key.MaxShares)
	}
	secret, err := p.readKey(c.Context)
	if err != nil {
		return err
	}
	shares, err := key.Split(secret, n, k)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	paths := []string{}
	for i, share := range shares {
		path := filepath.Join(dir, fmt.Sprintf("share-%d-of-%d.telltale", i+1, n))
		if err := key.WriteFile(path, share); err != nil {
			return err
		}
		paths = append(paths, path)
	}
	doc := map[string]any{"schema": "telltale.key-split/1", "key_id": secret.ID(), "needed": k, "shares": paths}
	return p.print(doc, func(w io.Writer) {
		for _, path := range paths {
			fmt.Fprintln(w, path)
		}
		p.remark("any %d of these %d make up key %s; the key file itself is untouched", k, n, secret.ID())
	})
}

func (p *program) runKeyJoin(c *cli.Context) error {
	args, err := arguments(c, 1, -1, "the shares' files")
	if err != nil {
		return err
	}
	out := c.String("out")
	if out == "" {
		return usageError("", "key join: give --out FILE, or --out -")
	}
	var texts [][]byte
	for _, path := range args {
		text, err := readKeyFile(path)
		if err != nil {
			return err
		}
		texts = append(texts, text)
	}
	secret, err := key.Join(texts)
	if errors.Is(err, key.ErrShares) {
		return &failure{exit: exitKey, code: "key", err: err, hint: "give enough shares of one split"}
	}
	if err != nil {
		return err
	}
	text, err := key.Encode(secret, nil)
	if err != nil {
		return err
	}
	if out == "-" {
		_, err := p.Out.Write(text)
		return err
	}
	if err := key.WriteFile(out, text); err != nil {
		return err
	}
	p.remark("%s: key %s", out, secret.ID())
	return nil
}
