package evidence

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"
)

// Schema names the form of a bundle. Its formulas belong to it: another
// formula is another schema.
const Schema = "telltale.evidence/1"

// Bundle is what an accusation rests on: docs/evidence.md specifies each
// field. It is the file evidence.json of an archive.
type Bundle struct {
	Schema      string    `json:"schema"`
	Tool        string    `json:"tool"`    // program and version that wrote it
	Case        string    `json:"case"`    // name
	By          string    `json:"by"`      // who packed it, as stated
	Created     time.Time `json:"created"` // when
	Proposition string    `json:"proposition"`

	Inputs []Input `json:"inputs"`

	PublicKey  string         `json:"public_key"` // that signed the bundle and the checkpoint, in the form of Go's signed notes
	Checkpoint string         `json:"checkpoint"` // signed note
	Entries    []LedgerEntry  `json:"entries"`    // custody: what was recorded when, with proofs
	Stamps     []LedgerStamp  `json:"stamps"`
	Keys       []LedgerKey    `json:"keys,omitempty"`  // that may write to the ledger, where there are several
	Turns      []LedgerTurn   `json:"turns,omitempty"` // who wrote the entries, as far as the checkpoint does not say
	Dataset    DatasetRecord  `json:"dataset"`
	Snapshot   SnapshotRecord `json:"snapshot"`
	Export     ExportRecord   `json:"export"`
	Sightings  []Sighting     `json:"sightings"`
	Receipt    *SignedReceipt `json:"receipt"` // null where the recipient signed none

	LinkKey  Hex      `json:"link_key"` // AES-256
	Rows     Rows     `json:"rows"`
	Leak     []Leaked `json:"leak"`
	Canaries Canaries `json:"canaries"`
	Hits     []Hit    `json:"hits"`

	Result     Computed `json:"result"`
	Recipients int      `json:"recipients,omitempty"` // where the copy was chosen among several: who the candidates were copies of
	LeftOut    []string `json:"left_out,omitempty"`   // what match weighs and the formulas do not, in words

	parsed *parsedRules
}

// Hex is bytes, in hexadecimal as JSON.
type Hex []byte

// MarshalText writes hexadecimal digits.
func (h Hex) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h)), nil }

// UnmarshalText reads hexadecimal digits.
func (h *Hex) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	*h = b
	return err
}

func hexes(hashes []Hash) []Hex {
	out := make([]Hex, len(hashes))
	for i, h := range hashes {
		out[i] = bytes.Clone(h[:])
	}
	return out
}

func beHex(v uint64) Hex { return binary.BigEndian.AppendUint64(nil, v) }

// Input is a file or message that evidence was found in.
type Input struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
	Rows   int64  `json:"rows"`   // of files
	Sample uint64 `json:"sample"` // rows are considered whose number draws less than this, see sampled
	Used   int64  `json:"used"`   // rows of those that are in Leak
}

// LedgerEntry is an entry of the ledger with the proof that it is in it.
type LedgerEntry struct {
	Seq     int64  `json:"seq"`
	Micros  int64  `json:"at"` // microseconds since 1970, UTC
	Kind    string `json:"kind"`
	Subject string `json:"subject"`
	Digest  Hex    `json:"digest"`
	Salt    Hex    `json:"salt"`
	Proof   []Hex  `json:"proof"` // of inclusion, RFC 6962
}

// LedgerStamp is a time stamp of an earlier state of the ledger.
type LedgerStamp struct {
	Checkpoint string `json:"checkpoint"`
	Response   Hex    `json:"response"` // RFC 3161, DER
	Proof      []Hex  `json:"proof"`    // of consistency with the bundle's checkpoint
}

// LedgerKey is a key of the ledger, with the certificate that let it in.
type LedgerKey struct {
	ID          string `json:"id"`
	Role        string `json:"role"`
	Public      string `json:"public_key"`
	Box         Hex    `json:"box"`
	Certificate string `json:"certificate"` // signed note
}

// LedgerTurn is a checkpoint by which its signer states which entries are his.
type LedgerTurn struct {
	Checkpoint string `json:"checkpoint"`
	Proof      []Hex  `json:"proof"` // of consistency with the bundle's checkpoint
}

// DatasetRecord opens the entry of the scheme that the copy was marked by.
type DatasetRecord struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
	Rules   string `json:"rules"` // the scheme as it was recorded: JSON
	Profile Hex    `json:"profile_sha256"`
	Micros  int64  `json:"added_at"`
	Key     string `json:"key,omitempty"` // id of the key that the scheme belongs to; none for the ledger's first
}

// SignedReceipt is what the recipient signed when the copy was handed over.
type SignedReceipt struct {
	PublicKey string `json:"public_key"` // of the recipient
	Note      string `json:"note"`
}

// SnapshotRecord opens the entry of the table that the copy was made of.
type SnapshotRecord struct {
	ID     string `json:"id"`
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"`
	Index  string `json:"index"`
	Micros int64  `json:"recorded"`
}

// ExportRecord opens the entry of the copy.
type ExportRecord struct {
	ID           string  `json:"id"`
	Recipient    string  `json:"recipient"`
	State        string  `json:"state"`
	File         string  `json:"file"`
	SHA256       string  `json:"sha256"`
	Bytes        int64   `json:"bytes"`
	Rows         int64   `json:"rows"`
	MarkedCells  int64   `json:"marked_cells"`
	ChangedCells int64   `json:"changed_cells"`
	Canaries     int     `json:"canaries"`
	Shared       int     `json:"shared"`
	Withheld     int64   `json:"withheld"`
	WithholdRate float64 `json:"withhold_rate"`
	Density      float64 `json:"density"`
	Micros       int64   `json:"issued_at"`
	Commitments  Hex     `json:"commitments"`
	Cover        Hex     `json:"cover,omitempty"`
	Digests      []Hex   `json:"canary_digests"`
}

// Sighting opens the entry of what was examined.
type Sighting struct {
	ID     string `json:"id"`
	Seq    int    `json:"seq"`
	Kind   string `json:"kind"`
	SHA256 string `json:"sha256"` // of the input
	Seen   int64  `json:"seen_at"`
	Micros int64  `json:"recorded"`
	Sealed Hex    `json:"sealed_sha256"` // of what the registry keeps of it
}

// Rows are the rows of the table that were found in the leak.
type Rows struct {
	Sites  []Hex `json:"site_proof"`
	Words  []Hex `json:"word_proof"`
	Opened []Row `json:"opened"` // ascending by place
}

// Row opens what was committed to of one row.
type Row struct {
	Place    int64  `json:"place"` // in the snapshot, from 0
	Key      Hex    `json:"key"`
	Salt     Hex    `json:"salt"`
	Hashes   []Hex  `json:"identities"` // of the key and identity columns, in the order of the scheme
	Sites    []Site `json:"sites"`      // of the columns that carry marks, in that order
	WordSalt Hex    `json:"word_salt"`
	Number   uint64 `json:"number"` // 53 bits; withheld iff number / 2^53 < rate
	Bits     []int  `json:"bits"`   // of the recipient at the sites
}

// Site is a cell that may carry a mark.
type Site struct {
	U    uint32 `json:"u"`
	Bias uint32 `json:"bias"`
	Mask uint8  `json:"mask"`
}

// Leaked is a row of an input that shows a row of the table.
type Leaked struct {
	Input      int        `json:"input"`
	Row        int64      `json:"row"` // of the input, from 1
	Of         int        `json:"of"`  // index into Rows.Opened
	Identities []Identity `json:"identities"`
	Marks      []Mark     `json:"marks"`
}

// Identity is a cell by which the row was linked.
type Identity struct {
	Column    int    `json:"column"` // of the scheme
	Cell      string `json:"cell"`
	Canonical string `json:"canonical"`
}

// Mark is a cell of a column that carries marks. Rank is nil where the cell
// holds nothing that can be read: an erasure.
type Mark struct {
	Column int    `json:"column"`
	Cell   string `json:"cell"`
	Rank   *int64 `json:"rank"`
}

// Canaries opens canaries of the copy.
type Canaries struct {
	Size   int      `json:"size"`
	Proof  []Hex    `json:"proof"`
	Opened []Opened `json:"opened"`
}

// Opened is a canary as it was committed to.
type Opened struct {
	Place int    `json:"place"`
	Salt  Hex    `json:"salt"`
	Text  string `json:"text"` // JSON
}

// Hit is a canary that was seen.
type Hit struct {
	Of         int     `json:"of"`         // index into Canaries.Opened
	Identities []int   `json:"identities"` // which of its identities agree
	Message    bool    `json:"message"`    // in a message: contacts alone count
	Guesses    float64 `json:"guesses"`    // that a stranger may have had
	Bits       float64 `json:"bits"`       // of surprise, of the identities together
}

// Computed is what the bundle comes to.
type Computed struct {
	Alpha      float64 `json:"alpha"`
	Candidates int     `json:"candidates"`   // who were tested
	Floor      float64 `json:"control_null"` // share of controls that turned up, as (k+1)/(C+1); 0 when none did
	Lines      []Line  `json:"lines"`
	Log10LR    float64 `json:"log10_lr"`
	Bound      float64 `json:"false_accusation_bound"`
	Cherry     float64 `json:"log10_lr_if_rows_were_picked"` // lower bound, had the rows of the inputs that are left out been left out on purpose
	Passes     bool    `json:"passes"`                       // log10_lr >= log10(candidates/alpha)
}

// Line is one line of evidence.
type Line struct {
	Source  string  `json:"source"`
	Log10LR float64 `json:"log10_lr"`
	N       int64   `json:"n"`
}

// decode reads evidence.json; fields that are not known are refused.
func decode(text []byte) (*Bundle, error) {
	b := new(Bundle)
	if err := strictJSON(text, b); err != nil {
		return nil, fmt.Errorf("evidence.json: %w", err)
	}
	if b.Schema != Schema {
		return nil, fmt.Errorf("evidence.json: schema %q, want %q", b.Schema, Schema)
	}
	return b, nil
}
