package match

import (
	"context"
	"time"

	"telltale/match/message"
)

// Trace weighs messages as they come in, and may be asked after every one.
//
// For each candidate it keeps an e-process: a number that starts at 1 and whose
// mean never grows while the candidate is no source, so that P(it ever reaches
// t) <= 1/t, however often somebody looks and whatever makes them stop. Its
// factors are those of distinct persons, of values quoted for the first time
// and of canaries hit for the first time (docs/statistics.md).
//
// Nine tenths of it stand on all messages together, one tenth is spread over
// campaigns: one leak shows itself in one campaign, and complaints about others
// must not hide it.
type Trace struct {
	engine  *Engine
	sources []*source
	ledgers []*ledger // the first is that of all messages
	groups  *message.Groups
	relayed int64 // messages with an address at a relay domain
	looks   int64 // that met a contact near a canary's
	call    string
	guesses int64 // of this look
	begun   bool

	all       *Reading // what was seen, merged
	inputs    []Input
	sightings []Sighting
	latest    time.Time
	always    bool
	lost      int64            // parts that could not be read
	campaigns map[int]*running // by first message
}

// NewTrace returns a trace that has seen nothing.
func (e *Engine) NewTrace() *Trace {
	t := &Trace{engine: e, groups: message.NewGroups(), all: newReading(Seen{}), campaigns: map[int]*running{}}
	for _, d := range e.datasets {
		t.sources = append(t.sources, newSource(e, d))
	}
	t.ledgers = []*ledger{newLedger(t.sources, -1, pooledWeight)}
	return t
}

// Add takes readings of messages, in the order in which they arrived. Those of
// one call (Seen.Call) that follow each other are one look.
func (t *Trace) Add(ctx context.Context, readings ...*Reading) error {
	for i, r := range readings {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !t.begun || r.call != t.call {
			t.look(readings[i:])
		}
		t.add(r)
	}
	return nil
}

// look begins a new look: the readings that belong to it share its guesses.
func (t *Trace) look(rest []*Reading) {
	t.begun, t.call, t.guesses = true, rest[0].call, 0
	for _, r := range rest {
		if r.call != t.call {
			break
		}
		t.guesses += r.looked
	}
	if t.guesses > 0 {
		t.looks++ // there was something to look at
	}
}

func (t *Trace) add(r *Reading) {
	i := t.groups.Len()
	root := t.groups.Add(r.traits)
	t.count(i, root, r)
	t.inputs, t.sightings = append(t.inputs, r.Inputs...), append(t.sightings, r.Sightings...)
	for _, in := range r.Inputs {
		t.lost += in.Unreadable
	}
	t.always = t.always || r.at.IsZero()
	if r.at.After(t.latest) {
		t.latest = r.at
	}
	t.all.looked += r.looked
	if r.aliased > 0 {
		t.relayed++
	}
	t.engine.expand(r, t.all)
	if len(r.persons) == 0 && len(r.datasets) == 0 {
		return
	}
	if root != i && !t.hasLedger(root) && len(t.ledgers) < t.maxLedgers() {
		t.ledgers = append(t.ledgers, newLedger(t.sources, root, campaignWeight(len(t.ledgers))))
	}
	t.weigh(r, root)
}

// weigh adds what a message says to the ledger of all and to those of its
// campaign. Which ledgers those are was settled before the message is weighed.
func (t *Trace) weigh(r *Reading, root int) {
	for k, s := range t.sources {
		t.noteReused(s.d, r)
		e := s.effectOf(r, t.looks, t.guesses)
		if e == nil {
			continue
		}
		for _, h := range e.hits {
			t.all.observed(s.d.name).sight(h.key.id, h.seen)
		}
		t.ledgers[0].parts[k].news(e)
		for _, l := range t.ledgers {
			if l.origin < 0 || t.groups.Of(l.origin) == root {
				l.parts[k].add(s, e)
			}
		}
	}
	for name, o := range r.datasets {
		t.all.observed(name).addAliases(o.Aliases)
		t.all.observed(name).addCalled(o.Called)
		t.all.observed(name).addControls(o)
	}
}

// noteReused notes the contacts of a message that served several copies by then.
func (t *Trace) noteReused(d *dataset, r *Reading) {
	o := r.datasets[d.name]
	for i := range d.planted {
		p := &d.planted[i]
		if len(p.lent) == 0 || o == nil {
			continue
		}
		if seen, ok := o.Canaries[p.id]; ok {
			t.all.observed(d.name).reuse(p, seen, r.when(), p.null(seen, float64(max(1, t.guesses))))
		}
	}
}

func (t *Trace) hasLedger(root int) bool {
	for _, l := range t.ledgers[1:] {
		if t.groups.Of(l.origin) == root {
			return true
		}
	}
	return false
}

// Weights of the parts of the e-process. They sum to 1; what no campaign has
// claimed yet stays as it is.
const pooledWeight = 0.9

// campaignWeight is the weight of the n-th campaign, counted from 1:
// 0.1 / (n (n+1)), which sums to 0.1.
func campaignWeight(n int) float64 { return (1 - pooledWeight) / float64(n*(n+1)) }

// maxLedgers bounds the memory for campaigns; further ones count among all
// messages only.
func (t *Trace) maxLedgers() int {
	n := 0
	for _, s := range t.sources {
		n += len(s.names)
	}
	return 1 + min(64, 1+200_000/max(1, n))
}

// Latest is Result with the inputs, sightings and campaigns of the last message
// alone.
func (t *Trace) Latest(ctx context.Context) (Result, error) {
	return t.result(ctx, true)
}
