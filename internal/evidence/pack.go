package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/note"

	"telltale/canary"
	"telltale/match"
)

// Seen is what was found, besides rows, in the inputs of a bundle.
type Seen struct {
	Canaries []canary.Canary // of the copy, in the order of its record
	Hits     []match.Canary
	Looked   int64 // rows and contacts among which canaries were looked for
	Result   match.Result
	Floor    float64
	Copies   int // among which the one was chosen for what was seen; 0 when it was not
}

// Pack fills in what was collected and seen, computes the result, and writes
// the archive, signed by s. b holds the records; its proposition, rows, leak,
// canaries and result are filled in here.
func Pack(b *Bundle, c *Collector, seen Seen, s note.Signer) ([]byte, error) {
	b.Schema = Schema
	b.Proposition = fmt.Sprintf("the copy %s, issued to %s, is a source of what was examined", b.Export.ID, b.Export.Recipient)
	b.LinkKey = bytes.Clone(keyOf(c))
	b.Leak, b.Hits = []Leaked{}, []Hit{}
	b.Rows = Rows{Sites: []Hex{}, Words: []Hex{}, Opened: []Row{}}
	if err := c.fill(b, b.Export.Recipient); err != nil {
		return nil, err
	}
	if err := c.committer.openCanaries(b, seen); err != nil {
		return nil, err
	}
	b.Recipients = 0
	if seen.Copies > seen.Result.Candidates {
		b.Recipients = seen.Result.Candidates
	}
	b.Result = Computed{Alpha: seen.Result.Alpha, Candidates: max(seen.Copies, seen.Result.Candidates), Floor: seen.Floor}
	var err error
	if b.Result, err = b.compute(); err != nil {
		return nil, err
	}
	b.LeftOut = leftOut(seen.Result, b.Export.Recipient, len(b.Export.Cover) > 0)
	return b.write(s)
}

// leftOut names the lines that a decision weighs and a bundle does not.
func leftOut(r match.Result, recipient string, cover bool) []string {
	out := []string{"joint decoding: the search for several sources at once looks at the words of other recipients, which a bundle must not open"}
	if cover {
		out = append(out, "cover: rows that few copies have are weighed at the common rate of withholding, which is less than match makes of them")
	}
	for _, s := range r.Suspects {
		for _, e := range s.Evidence {
			switch {
			case s.Recipient != recipient:
			case e.Source == match.SourceShared:
				out = append(out, "shared canaries: who has which follows from one secret, which would open those of other recipients")
			case e.Source == match.SourceAlias:
				out = append(out, "relay addresses: whose they are follows from one secret, which would open those of all persons")
			}
		}
	}
	return out
}

func keyOf(c *Collector) []byte {
	k := c.committer.LinkKey()
	return k[:]
}

func (b *Bundle) write(s note.Signer) ([]byte, error) {
	text, err := json.MarshalIndent(b, "", " ")
	if err != nil {
		return nil, err
	}
	a := &archive{bundle: append(text, '\n'), statement: []byte(b.statement()), computing: []byte(b.computation())}
	if err := a.sign(s); err != nil {
		return nil, err
	}
	return a.pack()
}

// openCanaries opens the canaries of the copy that were seen.
func (c *Committer) openCanaries(b *Bundle, seen Seen) error {
	level := make([]Hash, len(seen.Canaries))
	contents := make([][]byte, len(seen.Canaries))
	for i, one := range seen.Canaries {
		content, err := c.canaryLeaf(b.Export.ID, i, one)
		if err != nil {
			return err
		}
		contents[i], level[i] = content, leafHash(content)
	}
	b.Canaries = Canaries{Size: len(level), Proof: []Hex{}, Opened: []Opened{}}
	var places []int
	for i, one := range seen.Canaries {
		for _, hit := range seen.Hits {
			if !slices.Contains(hit.Exports, b.Export.ID) || hit.Slot != one.Slot || hit.Shared || one.Shared {
				continue
			}
			b.Hits = append(b.Hits, Hit{Of: len(places), Identities: hit.Matched, Message: hit.Message, Guesses: hit.Guesses,
				Bits: canary.Together(one, hit.Matched)})
			b.Canaries.Opened = append(b.Canaries.Opened, Opened{i, contents[i][:16], string(contents[i][16:])})
			places = append(places, i)
			break
		}
	}
	if len(places) > 0 {
		b.Canaries.Proof = hexes(prove(level, places))
	}
	return nil
}
