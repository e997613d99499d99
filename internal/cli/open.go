package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"telltale/internal/key"
	"telltale/store"
	"telltale/store/sqlite"
)

// registry is an opened registry with what its key opens.
type registry struct {
	store.Store // with what is sealed for others sealed and opened
	raw         store.Store
	ring        *keyring
	sign        *signer
	now         func() time.Time
}

// signer signs the ledger's checkpoints with the key.
type signer struct {
	*key.Signer
	chain  key.Secret    // signed the heads of older registries
	anchor note.Verifier // the whole key that is trusted; nil: this one
}

func ledgerSigner(own key.Secret) *signer {
	s, err := own.Derive("checkpoint").Signer("telltale/" + own.ID())
	if err != nil {
		panic(err) // only for a name that is none
	}
	return &signer{Signer: s, chain: own.Derive("ledger")}
}

// Anchor is the whole key that the signer trusts.
func (s *signer) Anchor() note.Verifier { return s.anchor }

func (s *signer) SignChain(head []byte) []byte {
	mac := s.chain.MAC(head)
	return mac[:]
}

// open opens the registry with its key. The caller closes it.
func (p *program) open(ctx context.Context) (*registry, error) {
	if err := p.checkBackend(); err != nil {
		return nil, err
	}
	if _, err := os.Stat(p.registryPath); err != nil {
		return nil, p.noRegistry(err)
	}
	if err := checkRegular(p.registryPath); err != nil {
		return nil, err
	}
	master, err := p.readKey(ctx)
	if err != nil {
		return nil, err
	}
	r := &registry{sign: ledgerSigner(master), now: p.Now}
	if r.raw, err = sqlite.Open(ctx, p.registryPath, r.sign); err != nil {
		return nil, err
	}
	if err := r.unlock(ctx, master); err != nil {
		return nil, errors.Join(err, r.raw.Close())
	}
	return r, nil
}

// unlock takes up what a key opens.
func (r *registry) unlock(ctx context.Context, own key.Secret) error {
	err := r.raw.View(ctx, func(tx store.Tx) (err error) {
		r.ring, err = openKeyring(tx, own)
		return err
	})
	if err != nil {
		return err
	}
	r.sign.anchor = r.ring.anchor
	r.Store, err = sealFor(r.raw, r.ring)
	return err
}

// with runs f on the opened registry, in which what a killed process left
// half done is settled first, and closes it.
func (p *program) with(ctx context.Context, f func(*registry) error) error {
	return p.withUnsettled(ctx, func(r *registry) error {
		if err := r.settle(ctx); err != nil {
			return err
		}
		if err := r.share(ctx); err != nil {
			return err
		}
		return f(r)
	})
}

// withUnsettled is with for those that must not write.
func (p *program) withUnsettled(ctx context.Context, f func(*registry) error) error {
	r, err := p.open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(f(r), r.Close())
}

// allow refuses what the registry's key is not for.
func (r *registry) allow(role store.Role) error {
	have := r.ring.record
	if have.Role == role || have.Role == store.Whole {
		return nil
	}
	return &failure{exit: exitKey, code: "role", err: fmt.Errorf("key %s: %w: it is an %s key", have.ID, store.ErrRole, have.Role),
		hint: map[store.Role]string{
			store.Whole:         "only the whole key can",
			store.Issuing:       "an issuing key or the whole key can",
			store.Investigating: "an investigating key or the whole key can",
		}[role] + "; name it with --key-file, TELLTALE_KEY_FILE or TELLTALE_KEY_COMMAND"}
}

// withRole is with for what only one kind of key can do, besides a whole one.
func (p *program) withRole(ctx context.Context, role store.Role, f func(*registry) error) error {
	return p.withUnsettled(ctx, func(r *registry) error {
		if err := r.allow(role); err != nil {
			return err
		}
		if err := errors.Join(r.settle(ctx), r.share(ctx)); err != nil {
			return err
		}
		return f(r)
	})
}

func (p *program) checkBackend() error {
	if strings.Contains(p.registryPath, "://") {
		scheme, _, _ := strings.Cut(p.registryPath, "://")
		return usageError("give the path of a file", "registry %s://: this version has no such backend", scheme)
	}
	return nil
}

func (p *program) noRegistry(err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("registry %s: %w", p.registryPath, err)
	}
	return &failure{exit: exitError, code: "not-found",
		err:  fmt.Errorf("registry %s: %w", p.registryPath, store.ErrNotFound),
		hint: "create one with telltale init, or name it with --registry or TELLTALE_REGISTRY"}
}

// readKey takes the key from TELLTALE_KEY_COMMAND or from the key file.
func (p *program) readKey(ctx context.Context) (key.Secret, error) {
	text, err := p.keyText(ctx)
	if err != nil {
		return key.Secret{}, keyFailure(err, "name it with --key-file, TELLTALE_KEY_FILE or TELLTALE_KEY_COMMAND")
	}
	secret, err := key.Decode(text, p.passphrase)
	if err != nil {
		return key.Secret{}, fmt.Errorf("key file %s: %w", p.keyPath, err)
	}
	return secret, nil
}

func keyFailure(err error, hint string) error {
	var permission *key.PermissionError
	if errors.As(err, &permission) {
		return err
	}
	return &failure{exit: exitKey, code: "key", err: err, hint: hint}
}

func (p *program) keyText(ctx context.Context) ([]byte, error) {
	command := p.Getenv("TELLTALE_KEY_COMMAND")
	if command == "" {
		return readKeyFile(p.keyPath)
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", command)
	cmd.Stderr = p.Err
	text, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("TELLTALE_KEY_COMMAND: %w", err)
	}
	return text, nil
}

// readKeyFile is key.ReadFile, which would wait for somebody to write to a pipe.
func readKeyFile(path string) ([]byte, error) {
	if err := checkRegular(path); err != nil {
		return nil, keyFailure(err, "a program that gives the key is named by TELLTALE_KEY_COMMAND")
	}
	return key.ReadFile(path)
}

// passphrase comes from TELLTALE_PASSPHRASE, else from the terminal.
func (p *program) passphrase() ([]byte, error) {
	if phrase := p.Getenv("TELLTALE_PASSPHRASE"); phrase != "" {
		return []byte(phrase), nil
	}
	if p.noInput || p.Prompt == nil {
		return nil, &failure{exit: exitKey, code: "key", err: errors.New("key file is sealed and nobody can be asked for its passphrase"),
			hint: "set TELLTALE_PASSPHRASE, or run it at a terminal"}
	}
	return p.Prompt("Passphrase: ")
}

// temporary is a registry that is erased when it is closed.
type temporary struct {
	store.Store
	dir string
}

func (t temporary) Close() error { return errors.Join(t.Store.Close(), os.RemoveAll(t.dir)) }

// temporaryRegistry makes a registry for experiments, in a folder that only the
// user can read.
func temporaryRegistry(ctx context.Context, secret key.Secret) (store.Store, error) {
	dir, err := os.MkdirTemp("", "telltale-plan-")
	if err != nil {
		return nil, err
	}
	st, err := sqlite.Create(ctx, filepath.Join(dir, "registry.db"), ledgerSigner(secret))
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return temporary{st, dir}, nil
}

// createRegistry makes a new registry file; it is bound to the key before it
// has its name.
func createRegistry(ctx context.Context, path string, master key.Secret, at time.Time) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	st, err := sqlite.Create(ctx, path, ledgerSigner(master), func(tx store.Tx) error {
		if err := tx.SetKeyID(master.ID()); err != nil {
			return err
		}
		return addFirstKey(tx, master, at)
	})
	if err != nil {
		return err
	}
	return st.Close()
}
