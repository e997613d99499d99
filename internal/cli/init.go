package cli

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/urfave/cli/v2"

	"telltale/internal/key"
)

func (p *program) initCommand() *cli.Command {
	return &cli.Command{
		Name:  "init",
		Usage: "create the registry and its key",
		Description: "The key is 32 random bytes in a file that only you may read. Without it nobody can make a mark,\n" +
			"read a canary or match a leak, not even with the registry in hand. Keep a copy in another place.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "passphrase", Usage: "seal the key file with a passphrase (asked for, or TELLTALE_PASSPHRASE)"},
		},
		Action: p.runInit,
	}
}

func (p *program) runInit(c *cli.Context) error {
	if _, err := arguments(c, 0, 0, ""); err != nil {
		return err
	}
	if err := p.checkBackend(); err != nil {
		return err
	}
	for _, path := range []string{p.registryPath, p.keyPath} {
		if _, err := os.Lstat(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		} else if err == nil {
			return &failure{exit: exitError, code: "exists", err: fmt.Errorf("%s exists already", path),
				hint: "an existing registry or key is never overwritten; choose another place with --registry and --key-file"}
		}
	}
	master, err := key.Generate(rand.Reader)
	if err != nil {
		return err
	}
	phrase, err := p.newPassphrase(c.Bool("passphrase"))
	if err != nil {
		return err
	}
	text, err := key.Encode(master, phrase)
	if err != nil {
		return err
	}
	if err := p.createBoth(c, master, text); err != nil {
		return err
	}
	doc := map[string]string{"schema": "telltale.init/1", "registry": p.registryPath, "key_file": p.keyPath, "key": master.ID()}
	return p.print(doc, func(w io.Writer) {
		fmt.Fprintf(w, "registry  %s\nkey file  %s\nkey id    %s\n", p.registryPath, p.keyPath, master.ID())
		p.remark("Keep a copy of the key file in another place: without it no mark can be read.")
	})
}

// createBoth writes the key first: a registry without key would be useless,
// a key without registry is harmless and is taken away again.
func (p *program) createBoth(c *cli.Context, master key.Secret, text []byte) error {
	if err := mkdirFor(p.keyPath); err != nil {
		return err
	}
	if err := key.WriteFile(p.keyPath, text); err != nil {
		return err
	}
	if err := createRegistry(c.Context, p.registryPath, master, p.Now()); err != nil {
		return errors.Join(err, os.Remove(p.keyPath))
	}
	return nil
}

func (p *program) newPassphrase(wanted bool) ([]byte, error) {
	if !wanted {
		return nil, nil
	}
	if phrase := p.Getenv("TELLTALE_PASSPHRASE"); phrase != "" {
		return []byte(phrase), nil
	}
	if p.noInput || p.Prompt == nil {
		return nil, usageError("set TELLTALE_PASSPHRASE, or run it at a terminal", "--passphrase: nobody can be asked")
	}
	phrase, err := p.Prompt("New passphrase: ")
	if err != nil {
		return nil, err
	}
	again, err := p.Prompt("Once more: ")
	if err != nil {
		return nil, err
	}
	if len(phrase) == 0 || string(phrase) != string(again) {
		return nil, inputError("", "passphrases are empty or differ; nothing was created")
	}
	return phrase, nil
}
