package store

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
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
// origin, size in decimal and root in base64, a line each. Who signs it states
// with one more line, "since" and a number, that the entries from that one to
// the last are his own; without the line all are.
type Checkpoint struct {
	Origin string // name of the ledger: of the key that signed it first
	Size   int64
	Root   [32]byte
	Since  int64  // first entry that the signer wrote, at most Size+1; 0 or 1 for all
	Text   []byte // with its signatures
}

// Sign returns the checkpoint with a signature by s, after whom it is called
// if it has no origin yet.
func (c Checkpoint) Sign(s Signer) (Checkpoint, error) {
	if c.Origin == "" {
		c.Origin = s.Name()
	}
	text, err := note.Sign(&note.Note{Text: c.body()}, s)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w", err)
	}
	c.Text = text
	return c, nil
}

const sinceLine = "since "

func (c Checkpoint) body() string {
	text := fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]))
	if c.Since > 1 {
		text += fmt.Sprintf("%s%d\n", sinceLine, c.Since)
	}
	return text
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
	since := int64(0)
	if len(lines) == 5 {
		n, err := strconv.ParseInt(strings.TrimPrefix(lines[3], sinceLine), 10, 64)
		if err != nil || n < 2 {
			return Checkpoint{}, fmt.Errorf("checkpoint: %w: %q", ErrCorrupt, lines[3])
		}
		since, lines = n, slices.Delete(lines, 3, 4)
	}
	if len(lines) != 4 || lines[3] != "" {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w: want origin, size and root, a line each", ErrCorrupt)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	root, err2 := base64.StdEncoding.DecodeString(lines[2])
	c := Checkpoint{Origin: lines[0], Size: size, Since: since}
	copy(c.Root[:], root)
	if err != nil || err2 != nil || size < 0 || since > size+1 || len(root) != 32 || c.body() != text {
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
