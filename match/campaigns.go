package match

import (
	"math"
	"time"

	"telltale/internal/stat"
	"telltale/match/message"
)

// running is a campaign while its messages come in.
type running struct {
	self        message.Traits // what names it while it is a single message
	messages    int
	persons     map[uint64]bool
	senders     map[string]int
	first, last time.Time
}

// Campaigns tells which of the readings of messages belong to one campaign: of
// each, the index of the first of its campaign.
func Campaigns(readings []*Reading) []int {
	g := message.NewGroups()
	for _, r := range readings {
		g.Add(r.traits)
	}
	out := make([]int, len(readings))
	for i := range out {
		out[i] = g.Of(i)
	}
	return out
}

// count puts a message into its campaign, and together what it joins.
func (t *Trace) count(i, root int, r *Reading) {
	c := &running{self: r.traits, messages: 1, persons: map[uint64]bool{}, senders: map[string]int{}, first: r.at, last: r.at}
	c.self.Sketch = nil
	if p := r.traits.Person; p != 0 {
		c.persons[p] = true
	}
	for _, s := range r.Sightings {
		if s.Sender != "" {
			c.senders[s.Sender]++
		}
	}
	t.campaigns[i] = c
	for _, from := range t.groups.Joined() {
		t.campaigns[root].take(t.campaigns[from])
		delete(t.campaigns, from)
	}
}

func (c *running) take(o *running) {
	c.messages += o.messages
	for p := range o.persons {
		c.persons[p] = true
	}
	for s, n := range o.senders {
		c.senders[s] += n
	}
	if c.first.IsZero() || !o.first.IsZero() && o.first.Before(c.first) {
		c.first = o.first
	}
	if o.last.After(c.last) {
		c.last = o.last
	}
}

func (t *Trace) campaign(root int) Campaign {
	c, name := t.campaigns[root], t.groups.Name(root)
	return Campaign{ID: message.CampaignID(name, c.self), Shares: name.Kind.String(), Sender: commonest(c.senders), Messages: c.messages,
		Persons: len(c.persons), First: timeText(c.first), Last: timeText(c.last)}
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func commonest(count map[string]int) (best string) {
	for s, n := range count {
		if k := count[best]; n > k || n == k && s < best {
			best = s
		}
	}
	return best
}

// listCampaigns lists the campaigns of the sightings from number from on, with
// what the ledger of each says.
func (d *tracing) listCampaigns(from int) {
	at := map[int]int{}
	for i := range d.result.Sightings {
		root := d.t.groups.Of(from + i)
		if _, ok := at[root]; !ok {
			at[root] = len(d.result.Campaigns)
			d.result.Campaigns = append(d.result.Campaigns, d.t.campaign(root))
		}
		d.result.Sightings[i].Campaign = d.result.Campaigns[at[root]].ID
	}
	for _, l := range d.t.ledgers[1:] {
		if k, ok := at[d.t.groups.Of(l.origin)]; ok {
			d.leading(l, &d.result.Campaigns[k])
		}
	}
}

// leading names the candidate whom a campaign by itself speaks against most.
// Attributed means that the campaign alone, with the little weight that it has
// among all, reaches the bound.
func (d *tracing) leading(l *ledger, c *Campaign) {
	best, who := 0.0, ""
	for i, candidate := range d.candidates {
		if e, _ := l.total(d.t.sources, d.numbers[i], d.floors); e > best {
			best, who = e, candidate.Recipient
		}
	}
	c.Linked = max(c.Linked, l.persons())
	if who == "" || stat.Log10(best) <= c.Log10LR {
		return
	}
	c.Leading, c.Log10LR = who, stat.Log10(best)
	c.Attributed = best+math.Log(l.weight) >= d.limit()
}

func (l *ledger) persons() (n int) {
	for _, p := range l.parts {
		n += p.persons
	}
	return n
}
