package store

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
)

// Signer signs the ledger's checkpoints, so that someone who holds the
// registry without the key cannot rewrite it. Its name is the ledger's origin.
type Signer interface {
	note.Signer
	Verifier() note.Verifier
}

// Checkpoint is the state of a ledger: how many entries it has, and the root
// of the Merkle tree (RFC 6962) over them. Its text is a signed note
// (golang.org/x/mod/sumdb/note) in the checkpoint form of transparency logs:
// origin, size in decimal and root in base64, a line each.
type Checkpoint struct {
	Origin string // name of the ledger: of the key that signs it
	Size   int64
	Root   [32]byte
	Text   []byte // with its signatures
}

// Sign returns the checkpoint with a signature by s.
func (c Checkpoint) Sign(s Signer) (Checkpoint, error) {
	c.Origin = s.Name()
	text, err := note.Sign(&note.Note{Text: c.body()}, s)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w", err)
	}
	c.Text = text
	return c, nil
}

func (c Checkpoint) body() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]))
}

// ReadCheckpoint reads a checkpoint that v's key signed. ErrCorrupt when it is
// none, or when v did not sign it.
func ReadCheckpoint(text []byte, v note.Verifier) (Checkpoint, error) {
	n, err := note.Open(text, note.VerifierList(v))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w: %w", ErrCorrupt, err)
	}
	c, err := parseCheckpoint(n.Text)
	if err == nil && c.Origin != v.Name() {
		err = fmt.Errorf("checkpoint: %w: it is of %s, not of %s", ErrCorrupt, c.Origin, v.Name())
	}
	c.Text = bytes.Clone(text)
	return c, err
}

func parseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w: want origin, size and root, a line each", ErrCorrupt)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	root, err2 := base64.StdEncoding.DecodeString(lines[2])
	c := Checkpoint{Origin: lines[0], Size: size}
	copy(c.Root[:], root)
	if err != nil || err2 != nil || size < 0 || len(root) != 32 || c.body() != text {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w: size %q, root %q", ErrCorrupt, lines[1], lines[2])
	}
	return c, nil
}

// Tree grows with a ledger: it holds no more than the hashes at its right edge.
type Tree struct{ r *compact.Range }

var factory = compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}

// NewTree is the tree of an empty ledger.
func NewTree() *Tree { return &Tree{factory.NewEmptyRange(0)} }

// RestoreTree is the tree with the given size and edge, see Edge.
func RestoreTree(size int64, edge []byte) (*Tree, error) {
	if size < 0 || len(edge)%32 != 0 {
		return nil, fmt.Errorf("ledger: %w: its tree has size %d and %d bytes of hashes", ErrCorrupt, size, len(edge))
	}
	var hashes [][]byte
	for ; len(edge) > 0; edge = edge[32:] {
		hashes = append(hashes, edge[:32])
	}
	r, err := factory.NewRange(0, uint64(size), hashes)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w: %w", ErrCorrupt, err)
	}
	return &Tree{r}, nil
}

// Append adds the leaf of e, which must be the next one.
func (t *Tree) Append(e Entry) error {
	if e.Seq != t.Size()+1 {
		return fmt.Errorf("ledger: %w: entry %d follows entry %d", ErrCorrupt, e.Seq, t.Size())
	}
	hash := e.LeafHash()
	return t.r.Append(hash[:], nil)
}

// Size is the number of leaves.
func (t *Tree) Size() int64 { return int64(t.r.End()) }

// Edge is what RestoreTree needs: the roots of the perfect subtrees, from left
// to right, 32 bytes each.
func (t *Tree) Edge() []byte { return bytes.Join(t.r.Hashes(), nil) }

// Root is the root hash.
func (t *Tree) Root() [32]byte {
	if t.Size() == 0 {
		return [32]byte(rfc6962.DefaultHasher.EmptyRoot())
	}
	root, err := t.r.GetRootHash(nil)
	if err != nil {
		panic("store: a range from 0 has a root: " + err.Error())
	}
	return [32]byte(root)
}

// Checkpoint is the state of the tree, not signed.
func (t *Tree) Checkpoint() Checkpoint { return Checkpoint{Size: t.Size(), Root: t.Root()} }
