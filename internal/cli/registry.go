package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"telltale/internal/evidence"
	"telltale/internal/key"
	"telltale/store"
)

// seal encrypts what the registry may not show, bound to the record it is of.
func (r *registry) seal(kind, subject string, plain []byte) []byte {
	_, e := r.ring.current()
	return e.secret.Derive("seal/"+kind).Seal(plain, []byte(subject))
}

func (r *registry) unseal(kind, subject string, sealed []byte) ([]byte, error) {
	return r.ring.Open(kind, subject, sealed)
}

// schemeFor is the version of a dataset's scheme under which the key makes
// copies, and what they are derived from; for a key that makes none, the newest.
func (r *registry) schemeFor(d store.Dataset) (store.Scheme, key.Root, error) {
	version := r.ring.version(d.Name)
	if version == 0 && r.ring.record.Role == store.Investigating {
		version = len(d.Schemes)
	}
	if version == 0 {
		return store.Scheme{}, nil, &failure{exit: exitKey, code: "role",
			err:  fmt.Errorf("dataset %s: %w: it was registered under another key", d.Name, errKeyLacks),
			hint: "any command with the whole key, such as telltale key list, gives issuing keys what was registered since"}
	}
	root, err := r.ring.Root(d.Name, version)
	return d.Schemes[version-1], root, err
}

// settle promotes pending exports whose file is there, complete: a process
// that was killed between writing a file and recording it leaves such. Pending
// exports without their file stay as they are; another process may be at work.
func (r *registry) settle(ctx context.Context) error {
	if r.ring.record.Role == store.Investigating {
		return nil // what was issued is not for it to say
	}
	var complete []string
	err := r.View(ctx, func(tx store.Tx) error {
		exports, err := tx.Exports("")
		for _, e := range exports {
			if e.State == store.Pending && fileHasDigest(e.File, e.SHA256) {
				complete = append(complete, e.ID)
			}
		}
		return err
	})
	if err != nil || len(complete) == 0 {
		return err
	}
	return r.issue(ctx, complete)
}

func (r *registry) issue(ctx context.Context, ids []string) error {
	return r.Update(ctx, func(tx store.Tx) error {
		for _, id := range ids {
			if err := tx.IssueExport(id); err != nil {
				return err
			}
		}
		return nil
	})
}

func fileHasDigest(path, want string) bool {
	if isDescriptor(path) {
		return false // it was read once; there is nothing to read again
	}
	digest, err := fileDigest(path)
	return err == nil && digest == want
}

// fileDigest is the SHA-256 of a file, in hexadecimal.
func fileDigest(path string) (string, error) {
	if err := checkRegular(path); err != nil {
		return "", err
	}
	return evidence.FileDigest(path)
}

// exists tells whether something is at path, following no link.
func exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
