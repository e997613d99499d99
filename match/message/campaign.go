package message

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"
)

// Campaign is a set of messages that belong together because they share a
// sender, a link's domain, a callback number or nearly the same text.
type Campaign struct {
	ID       string // stable: derived from what the messages share, not from their order
	Sender   string // the commonest
	Messages []int  // indices, ascending
	Persons  int    // distinct recipients
	First    time.Time
	Last     time.Time
	Why      string // what they share
}

// Campaigns groups messages. Every message is in exactly one campaign, which
// may be of one. Campaigns are sorted by their first message.
//
// Messages fall together when they share a sender's address, the registered
// domain of a link, a number to call back, or text that is the same but for
// names, amounts, digits, blanks and punctuation: an estimated Jaccard
// similarity of at least 0.6 between their character shingles. Domains that
// everybody links to do not count. Sharing is transitive.
func Campaigns(messages []Message) []Campaign {
	g := newGroups(len(messages))
	shared := map[string]int{} // key -> first message with it
	for i := range messages {
		for _, key := range campaignKeys(&messages[i]) {
			if j, ok := shared[key]; ok {
				g.join(i, j, key)
			} else {
				shared[key] = i
			}
		}
	}
	joinAlike(messages, g)
	return g.campaigns(messages)
}

// campaignKeys lists what a message shares with others of its campaign.
func campaignKeys(m *Message) []string {
	var keys []string
	if s := strings.ToLower(strings.TrimSpace(m.Sender)); s != "" {
		keys = append(keys, "sender "+s)
	}
	if s := m.ReplyTo; s != "" && s != m.Sender {
		keys = append(keys, "reply-to "+s)
	}
	for _, l := range m.Links {
		if d := linkDomain(l); d != "" && !everybodys[d] {
			keys = append(keys, "link "+d)
		}
	}
	for _, p := range m.Phones {
		if !m.receivedBy(p) {
			keys = append(keys, "number "+p)
		}
	}
	return unique(keys)
}

func (m *Message) receivedBy(value string) bool {
	return slices.ContainsFunc(m.Recipients, func(c Contact) bool { return c.Value == value })
}

// everybodys are domains that unrelated senders link to.
var everybodys = func() map[string]bool {
	m := map[string]bool{}
	for d := range strings.FieldsSeq("google.com youtube.com facebook.com twitter.com x.com instagram.com linkedin.com apple.com microsoft.com w3.org " +
		"yahoo.com amazon.com github.com wikipedia.org qq.com weixin.com baidu.com taobao.com weibo.com example.com example.org example.net " +
		"bit.ly t.co goo.gl tinyurl.com t.cn dwz.cn url.cn googleusercontent.com gstatic.com cloudfront.net sourceforge.net hotmail.com msn.com") {
		m[d] = true
	}
	return m
}()

// linkDomain is the registered domain of a link, "" when it has none.
func linkDomain(link string) string {
	if i := strings.IndexByte(link, ':'); i < 0 || !strings.HasPrefix(link[i:], "://") {
		if i >= 0 && i < 12 && !strings.Contains(link[:i], ".") {
			return "" // mailto:, tel:, javascript:
		}
		link = "http://" + link
	}
	u, err := url.Parse(link)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if d, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return d
	}
	return host
}

// groups is a disjoint-set forest that remembers why it joined.
type groups struct {
	parent []int
	why    []string
}

func newGroups(n int) *groups {
	g := &groups{make([]int, n), make([]string, n)}
	for i := range g.parent {
		g.parent[i] = i
	}
	return g
}

func (g *groups) root(i int) int {
	for g.parent[i] != i {
		g.parent[i] = g.parent[g.parent[i]]
		i = g.parent[i]
	}
	return i
}

// join unites two groups; the root is the earlier message, and of two reasons
// the smaller one stands for the group.
func (g *groups) join(i, j int, why string) {
	a, b := g.root(i), g.root(j)
	for _, w := range []string{g.why[a], g.why[b]} {
		if w != "" && rank(w) < rank(why) {
			why = w
		}
	}
	if b < a {
		a, b = b, a
	}
	g.parent[b] = a
	g.why[a] = why
}

// rank orders reasons: senders before links before numbers before text, then
// alphabetically, so that a campaign's name depends on no order.
func rank(why string) string {
	for i, p := range []string{"sender ", "reply-to ", "link ", "number "} {
		if strings.HasPrefix(why, p) {
			return fmt.Sprint(i, why)
		}
	}
	return "9" + why
}

func (g *groups) campaigns(messages []Message) []Campaign {
	members := map[int][]int{}
	var roots []int
	for i := range messages {
		r := g.root(i)
		if members[r] == nil {
			roots = append(roots, r)
		}
		members[r] = append(members[r], i)
	}
	out := make([]Campaign, 0, len(roots))
	for _, r := range roots {
		out = append(out, describe(messages, members[r], g.why[r]))
	}
	return out
}

func describe(messages []Message, members []int, why string) Campaign {
	c := Campaign{Messages: members, Why: why}
	senders, persons := map[string]int{}, map[string]bool{}
	for _, i := range members {
		m := &messages[i]
		if m.Sender != "" {
			senders[m.Sender]++
		}
		if len(m.Recipients) > 0 {
			persons[m.Recipients[0].Value] = true
		}
		if t := m.Received; !t.IsZero() {
			if c.First.IsZero() || t.Before(c.First) {
				c.First = t
			}
			if t.After(c.Last) {
				c.Last = t
			}
		}
	}
	for s, n := range senders {
		if k := senders[c.Sender]; n > k || n == k && cmp.Less(s, c.Sender) {
			c.Sender = s
		}
	}
	c.Persons = len(persons)
	name := why
	if name == "" {
		name = "single " + firstOf(campaignKeys(&messages[members[0]]), []string{messages[members[0]].SHA256})
	}
	c.ID = "c-" + digest([]byte(name))[:10]
	return c
}
