package message

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"
)

// Campaign is a set of messages that belong together because they share a
// sender, a link's domain, a callback number or nearly the same text.
type Campaign struct {
	ID       string // derived from what the messages share
	Sender   string // the commonest
	Messages []int  // indices, ascending
	Persons  int    // distinct recipients
	First    time.Time
	Last     time.Time
	Why      TraitKind // what they share, 0 for a single message
}

// Campaigns groups messages. Every message is in exactly one campaign, which
// may be of one. Campaigns are sorted by their first message.
//
// Messages fall together when they share a sender's address, the registered
// domain of a link, a number to call back, or text that is the same but for
// names, amounts, links, digits, blanks and punctuation: an estimated Jaccard
// similarity of at least 0.22 between their runs of 16 letters (of 4 ideographs, 0.37). Domains that
// everybody links to do not count. Sharing is transitive.
func Campaigns(messages []Message) []Campaign {
	g, traits := NewGroups(), make([]Traits, len(messages))
	for i := range messages {
		traits[i] = TraitsOf(&messages[i], plainHash)
		g.Add(traits[i])
	}
	at := map[int]int{}
	var members [][]int
	for i := range messages {
		root := g.Of(i)
		k, ok := at[root]
		if !ok {
			k = len(members)
			at[root], members = k, append(members, nil)
		}
		members[k] = append(members[k], i)
	}
	out := make([]Campaign, 0, len(members))
	for _, list := range members {
		out = append(out, describe(messages, traits, list, g.Name(list[0])))
	}
	return out
}

func plainHash(s string) uint64 {
	sum := sha256.Sum256([]byte(s))
	return binary.BigEndian.Uint64(sum[:])
}

func describe(messages []Message, traits []Traits, members []int, name Trait) Campaign {
	c := Campaign{Messages: members, Why: name.Kind, ID: CampaignID(name, traits[members[0]])}
	senders, persons := map[string]int{}, map[uint64]bool{}
	for _, i := range members {
		m := &messages[i]
		if m.Sender != "" {
			senders[m.Sender]++
		}
		if traits[i].Person != 0 {
			persons[traits[i].Person] = true
		}
		c.First, c.Last = span(c.First, c.Last, m.Received)
	}
	for s, n := range senders {
		if k := senders[c.Sender]; n > k || n == k && cmp.Less(s, c.Sender) {
			c.Sender = s
		}
	}
	c.Persons = len(persons)
	return c
}

// span extends a span of time by a moment, zero for unknown.
func span(first, last, t time.Time) (time.Time, time.Time) {
	if t.IsZero() {
		return first, last
	}
	if first.IsZero() || t.Before(first) {
		first = t
	}
	if t.After(last) {
		last = t
	}
	return first, last
}

// CampaignID names a group by what its messages share, or a single message by
// its own first trait.
func CampaignID(name Trait, first Traits) string {
	if name.Kind == 0 {
		name = Trait{Hash: first.Self}
		if len(first.Keys) > 0 {
			name = first.Keys[0]
		}
	}
	return fmt.Sprintf("c-%010x", mix(name.Hash^uint64(name.Kind)<<56)>>24)
}
