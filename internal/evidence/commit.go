package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"runtime"

	"golang.org/x/sync/errgroup"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/internal/key"
	"telltale/match/link"
)

// Commitments fix, before a copy leaves the house, what may later be said of
// it: they are recorded with the export, and the ledger commits to them.
type Commitments struct {
	Sites    Hash // root over the rows of the table: identities, sites, biases, masks
	Word     Hash // root over the same rows: the recipient's bits, and what is withheld
	Canaries Hash // root over the canaries of the copy
	Link     Hash // of the key under which identities are hashed
}

// commitmentsSize is the length of Commitments as bytes.
const commitmentsSize = 4 * sha256.Size

// Bytes is the form in which an export keeps its commitments.
func (c Commitments) Bytes() []byte {
	b := make([]byte, 0, commitmentsSize)
	for _, h := range []Hash{c.Sites, c.Word, c.Canaries, c.Link} {
		b = append(b, h[:]...)
	}
	return b
}

// ErrNoCommitments is returned for an export that was made before there were
// commitments.
var ErrNoCommitments = errors.New("the copy was issued without commitments")

// ParseCommitments reads what Bytes wrote.
func ParseCommitments(b []byte) (c Commitments, err error) {
	if len(b) == 0 {
		return c, ErrNoCommitments
	}
	if len(b) != commitmentsSize {
		return c, fmt.Errorf("commitments: %d bytes, want %d", len(b), commitmentsSize)
	}
	for i, h := range []*Hash{&c.Sites, &c.Word, &c.Canaries, &c.Link} {
		copy(h[:], b[i*sha256.Size:])
	}
	return c, nil
}

// Committer makes the commitments of a dataset's exports, and opens them.
type Committer struct {
	dataset  string
	master   key.Root
	marker   *fingerprint.Marker
	carriers []int // columns that carry marks, ascending
	salt     key.PRF
	kept     Kept
}

// NewCommitter returns the committer of a dataset under a scheme.
func NewCommitter(scheme fingerprint.Scheme, dataset string, master key.Root) (*Committer, error) {
	marker, err := fingerprint.New(scheme, dataset, master)
	if err != nil {
		return nil, err
	}
	return &Committer{dataset: dataset, master: master, marker: marker, carriers: carriersOf(scheme),
		salt: master.Derive("commit/" + url.PathEscape(dataset)).PRF()}, nil
}

func carriersOf(s fingerprint.Scheme) (carriers []int) {
	for i, c := range s.Columns {
		if c.Carrier != "" && c.Carrier != "none" {
			carriers = append(carriers, i)
		}
	}
	return carriers
}

// blockRows is how many rows are hashed at a time: a power of two, so that the
// root over blocks is the root over rows.
const blockRows = 1 << 12

// Commit computes the commitments of one export for each recipient, in their
// order, but for the canaries: they are set by CommitCanaries.
func (c *Committer) Commit(ctx context.Context, rows *link.RowSet, recipients []string) ([]Commitments, error) {
	words := make([]*word, len(recipients))
	for i, name := range recipients {
		words[i] = c.word(name)
	}
	blocks := (len(rows.Keys) + blockRows - 1) / blockRows
	sites, bits := make([]Hash, blocks), make([][]Hash, blocks)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for b := range blocks {
		g.Go(func() error {
			sites[b], bits[b] = c.block(rows, b*blockRows, min((b+1)*blockRows, len(rows.Keys)), words)
			return ctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	out := make([]Commitments, len(recipients))
	common := Commitments{Sites: rootOf(sites), Link: c.LinkCommitment()}
	level := make([]Hash, blocks)
	for i := range out {
		for b := range blocks {
			level[b] = bits[b][i]
		}
		out[i] = common
		out[i].Word = rootOf(level)
	}
	return out, nil
}

// block hashes the rows from..to-1: one root for all, and one per word.
func (c *Committer) block(rows *link.RowSet, from, to int, words []*word) (Hash, []Hash) {
	level := make([]Hash, to-from)
	sites := make([]fingerprint.Site, 0, (to-from)*len(c.carriers))
	var buf []byte
	for i := from; i < to; i++ {
		at := len(sites)
		sites = c.sites(sites, rows, i)
		buf = siteLeaf(buf[:0], c.salt.Block(rows.Keys[i]), rows, i, sites[at:])
		level[i-from] = hashOf(buf)
	}
	root := rootOf(level)
	roots := make([]Hash, len(words))
	for k, w := range words {
		for i := from; i < to; i++ {
			buf = w.leaf(buf[:0], rows.Keys[i], sites[(i-from)*len(c.carriers):(i-from+1)*len(c.carriers)])
			level[i-from] = hashOf(buf)
		}
		roots[k] = rootOf(level)
	}
	return root, roots
}

// sites appends the sites of a row, one for each carrier.
func (c *Committer) sites(dst []fingerprint.Site, rows *link.RowSet, row int) []fingerprint.Site {
	k := rows.Keys[row]
	for _, column := range c.carriers {
		if notes := rows.Notes[column]; notes != nil {
			dst = append(dst, c.marker.NotedSite(k, column, notes[row]))
			continue
		}
		dst = append(dst, c.marker.Site(k, column))
	}
	return dst
}

// siteLeaf appends what the leaf hash of a row in the tree of sites is over:
// a zero, salt, row key, the hashes of its identities, then for each carrier
// the site's number, bias and mask.
func siteLeaf(dst []byte, salt [16]byte, rows *link.RowSet, row int, sites []fingerprint.Site) []byte {
	dst = append(dst, 0)
	dst = append(dst, salt[:]...)
	dst = append(dst, rows.Keys[row][:]...)
	for _, h := range rows.Hashes {
		dst = binary.BigEndian.AppendUint64(dst, h[row])
	}
	for _, s := range sites {
		dst = binary.BigEndian.AppendUint32(dst, s.U)
		dst = binary.BigEndian.AppendUint32(dst, s.Bias)
		dst = append(dst, s.Mask)
	}
	return dst
}

// word is what is drawn for one recipient.
type word struct {
	bits     fingerprint.Word
	withheld fingerprint.Withholding
	salt     key.PRF
}

func (c *Committer) word(recipient string) *word {
	label := "commit/" + url.PathEscape(c.dataset) + "/" + url.PathEscape(recipient)
	return &word{c.marker.Word(recipient), fingerprint.NewWithholding(c.dataset, recipient, c.master), c.master.Derive(label).PRF()}
}

// leaf appends what the leaf hash of a row in the tree of a word is over: a
// zero, salt, row key, the number that decides whether it is withheld, and a
// byte with the bit for each carrier.
func (w *word) leaf(dst []byte, k fingerprint.RowKey, sites []fingerprint.Site) []byte {
	salt := w.salt.Block(k)
	dst = append(dst, 0)
	dst = append(dst, salt[:]...)
	dst = append(dst, k[:]...)
	dst = binary.BigEndian.AppendUint64(dst, w.withheld.Number(k))
	for _, s := range sites {
		dst = append(dst, w.bits.Bit(s))
	}
	return dst
}

func hashOf(content []byte) Hash { return sha256.Sum256(content) }

// LinkCommitment is the commitment to the key of the link index.
func (c *Committer) LinkCommitment() Hash { return linkCommitment(c.LinkKey()) }

// LinkKey is the AES key under which the index hashes identities.
func (c *Committer) LinkKey() [32]byte { return link.Secret(c.dataset, c.master).OpenPRF() }

func linkCommitment(aesKey [32]byte) Hash {
	return sha256.Sum256(append([]byte("telltale/1/link"), aesKey[:]...))
}

// CommitCanaries is the root over the canaries of an export, in their order.
func (c *Committer) CommitCanaries(export string, canaries []canary.Canary) (Hash, error) {
	level := make([]Hash, len(canaries))
	for i := range canaries {
		content, err := c.canaryLeaf(export, i, canaries[i])
		if err != nil {
			return Hash{}, err
		}
		level[i] = leafHash(content)
	}
	return rootOf(level), nil
}

// canaryLeaf is a salt and the canary as JSON.
func (c *Committer) canaryLeaf(export string, place int, one canary.Canary) ([]byte, error) {
	text, err := json.Marshal(one)
	if err != nil {
		return nil, fmt.Errorf("canary %d of export %s: %w", place, export, err)
	}
	var in [16]byte
	binary.BigEndian.PutUint64(in[8:], uint64(place))
	salt := c.master.Derive("commit-canary/" + export).PRF().Block(in)
	return append(salt[:], text...), nil
}
