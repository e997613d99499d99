package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"

	"telltale/store"
)

// seal encrypts what the registry may not show, bound to the record it is of.
func (r *registry) seal(kind, subject string, plain []byte) []byte {
	return r.key.Derive("seal/"+kind).Seal(plain, []byte(subject))
}

func (r *registry) unseal(kind, subject string, sealed []byte) ([]byte, error) {
	return r.key.Derive("seal/"+kind).Open(sealed, []byte(subject))
}

// settle promotes pending exports whose file is there, complete: a process
// that was killed between writing a file and recording it leaves such. Pending
// exports without their file stay as they are; another process may be at work.
func (r *registry) settle(ctx context.Context) error {
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
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return false
	}
	return hex.EncodeToString(h.Sum(nil)) == want
}

// exists tells whether something is at path, following no link.
func exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
