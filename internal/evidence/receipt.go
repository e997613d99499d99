package evidence

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"telltale/store"
)

// ErrReceipt is wrapped by every error about a receipt.
var ErrReceipt = errors.New("not a valid receipt")

// receiptHead is the first line of a receipt.
const receiptHead = "telltale receipt 1"

// Receipt is what issuer and recipient agree on when a copy is handed over: a
// signed note, first with the issuer's signature, then with the recipient's.
// It holds no personal data, and opens nothing of the copy.
type Receipt struct {
	Export, Dataset, Recipient string
	Issued                     time.Time
	SHA256                     string // of the copy
	Bytes, Rows                int64
	Commitments                Hash // SHA-256 of them
}

// ReceiptOf is the receipt for an export.
func ReceiptOf(e store.Export) Receipt {
	return Receipt{e.ID, e.Dataset, e.Recipient, store.Time(e.IssuedAt), e.SHA256, e.Bytes, e.Rows, sha256.Sum256(e.Commitments)}
}

func (r Receipt) text() string {
	return fmt.Sprintf("%s\nexport: %s\ndataset: %s\nrecipient: %s\nissued: %s\nsha256: %s\nbytes: %d\nrows: %d\ncommitments: %x\n", receiptHead,
		strconv.Quote(r.Export), strconv.Quote(r.Dataset), strconv.Quote(r.Recipient), r.Issued.UTC().Format(time.RFC3339Nano), r.SHA256, r.Bytes, r.Rows, r.Commitments)
}

// Sign is the receipt as a note, signed by the issuer.
func (r Receipt) Sign(issuer note.Signer) ([]byte, error) {
	return note.Sign(&note.Note{Text: r.text()}, issuer)
}

// Countersign adds the recipient's signature to a receipt that the issuer
// signed. It does not look at the issuer's: the recipient's key is what the
// recipient vouches with, for what the text says.
func Countersign(receipt []byte, recipient note.Signer) ([]byte, error) {
	n, err := note.Open(receipt, nil)
	var unverified *note.UnverifiedNoteError
	if errors.As(err, &unverified) {
		n, err = unverified.Note, nil
	}
	if err == nil && !strings.HasPrefix(n.Text, receiptHead+"\n") {
		err = errors.New("its first line is another")
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrReceipt, err)
	}
	return note.Sign(&note.Note{Text: n.Text, Sigs: n.Sigs, UnverifiedSigs: n.UnverifiedSigs}, recipient)
}

// OpenReceipt checks the signatures by issuer and recipient, both of which must
// be there, and returns the text. recipient is nil for a receipt that is not
// countersigned yet.
func OpenReceipt(receipt []byte, issuer, recipient note.Verifier) (string, error) {
	known := []note.Verifier{issuer}
	if recipient != nil {
		known = append(known, recipient)
	}
	n, err := note.Open(receipt, note.VerifierList(known...))
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrReceipt, err)
	}
	for _, v := range known {
		if !signedBy(n, v) {
			return "", fmt.Errorf("%w: %s has not signed it", ErrReceipt, v.Name())
		}
	}
	if !strings.HasPrefix(n.Text, receiptHead+"\n") {
		return "", fmt.Errorf("%w: its first line is not %q", ErrReceipt, receiptHead)
	}
	return n.Text, nil
}

func signedBy(n *note.Note, v note.Verifier) bool {
	for _, s := range n.Sigs {
		if s.Name == v.Name() && s.Hash == v.KeyHash() {
			return true
		}
	}
	return false
}

// receipt checks the receipt of a bundle, if it has one.
func (v *verification) receipt() {
	if v.b.Receipt == nil {
		v.check("receipt", nil, "none: that %s was given the copy is the issuer's word", v.b.Export.Recipient)
		return
	}
	recipient, err := note.NewVerifier(v.b.Receipt.PublicKey)
	if err == nil {
		var text string
		text, err = v.openReceipt(recipient)
		if err == nil && text != v.b.receiptText() {
			err = fmt.Errorf("%w: it is of another copy", ErrReceipt)
		}
	}
	v.check("receipt", err, "signed by %s: compare the key with the one that %s uses", v.b.Receipt.PublicKey, v.b.Export.Recipient)
}

// openReceipt opens a receipt that one of the keys that may issue signed.
func (v *verification) openReceipt(recipient note.Verifier) (text string, err error) {
	if len(v.b.Keys) == 0 {
		return OpenReceipt([]byte(v.b.Receipt.Note), v.verifier, recipient)
	}
	err = fmt.Errorf("%w: no key that may issue has signed it", ErrReceipt)
	for _, w := range v.writers {
		if !w.Role.MayWrite(store.KindIssue) {
			continue
		}
		if text, err = OpenReceipt([]byte(v.b.Receipt.Note), w.Verifier, recipient); err == nil {
			return text, nil
		}
	}
	return "", err
}

func (b *Bundle) receiptText() string {
	x := b.Export
	return Receipt{x.ID, b.Dataset.Name, x.Recipient, moment(x.Micros), x.SHA256, x.Bytes, x.Rows, sha256.Sum256(x.Commitments)}.text()
}
